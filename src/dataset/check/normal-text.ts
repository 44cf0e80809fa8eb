/** A text as duplicates are compared: compatibility forms, case, punctuation and spaces count for nothing. */
export function normalText(text: string): string {
  // Normalising is slow and ASCII is normal already.
  const plain = /^[\u0000-\u007F]*$/u.test(text) ? text : text.normalize("NFKC");
  return plain
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Sm}\p{Sc}]+/gu, " ")
    .trim();
}

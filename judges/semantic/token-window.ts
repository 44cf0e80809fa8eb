/** Turns a text into token ids, with or without those that mark its beginning and end. */
export type Encode = (
  text: string,
  options: { readonly add_special_tokens: boolean },
) => { readonly ids: readonly number[] };

/** Token ids of at most `longest` tokens: what is too long loses its last tokens, never those that mark its end. */
export function windowed(encode: Encode, text: string, longest: number): readonly number[] {
  const whole = encode(text, { add_special_tokens: true }).ids;
  if (whole.length <= longest) return whole;
  const plain = encode(text, { add_special_tokens: false }).ids;
  const marks = whole.length - plain.length;
  const before = Array.from({ length: marks + 1 }, (_, start) => start).find((start) =>
    plain.every((id, index) => whole[start + index] === id),
  );
  const start = before ?? 0;
  return [
    ...whole.slice(0, start),
    ...plain.slice(0, Math.max(longest - marks, 0)),
    ...whole.slice(start + plain.length),
  ];
}

import { createHash } from "node:crypto";

/** Enough that no text holds it by chance. */
const NONCE_LENGTH = 16;

/**
 * A marker that looks random, is the same whenever the same is judged, and occurs in none of the texts. It derives from
 * the texts too: who writes one of them cannot know it, so no text can close its own fence.
 */
export function nonceFor(
  { sampleId, seed }: { readonly sampleId: string; readonly seed: number },
  texts: readonly string[],
): string {
  for (let attempt = 0; ; attempt++) {
    const hash = createHash("sha256");
    // Lengths keep ("ab", "c") and ("a", "bc") apart.
    for (const part of [String(seed), String(attempt), sampleId, ...texts]) hash.update(`${part.length}:${part}`);
    const nonce = hash.digest("hex").slice(0, NONCE_LENGTH);
    if (texts.every((text) => !text.includes(nonce))) return nonce;
  }
}

/** A text between lines that only this nonce can make. */
export function fenced(label: string, text: string, nonce: string): string {
  return `<<<${label} ${nonce}\n${text}\n${nonce} ${label}>>>`;
}

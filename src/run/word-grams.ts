/** Words that make a passage: fewer come together by chance, more are seldom in short answers. */
export const PASSAGE_WORDS = 8;

/** The words of a text, as they stand. */
export function wordsOf(text: string): string[] {
  return text.match(/\S+/gu) ?? [];
}

/** A 53-bit hash of `count` words from `start`, the same wherever they stand. */
export function hashWords(words: readonly string[], start: number, count: number): number {
  let a = 0xde_ad_be_ef;
  let b = 0x41_c6_ce_57;
  for (let at = start; at < start + count; at++) {
    const word = words[at] as string;
    for (let i = 0; i < word.length; i++) {
      const code = word.charCodeAt(i);
      a = Math.imul(a ^ code, 0x9e_37_79_b1);
      b = Math.imul(b ^ code, 0x5f_35_64_95);
    }
    // A blank ends each word, so that "ab c" is not "a bc".
    a = Math.imul(a ^ 32, 0x85_eb_ca_77);
    b = Math.imul(b ^ 32, 0xc2_b2_ae_3d);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85_eb_ca_6b) ^ Math.imul(b ^ (b >>> 13), 0xc2_b2_ae_35);
  b = Math.imul(b ^ (b >>> 16), 0x85_eb_ca_6b) ^ Math.imul(a ^ (a >>> 13), 0xc2_b2_ae_35);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0);
}

/** Every passage of the words, by hash; one hash of all where they are fewer. */
export function passageHashes(words: readonly string[]): number[] {
  const count = words.length - PASSAGE_WORDS + 1;
  return Array.from({ length: Math.max(0, count) }, (_, start) => hashWords(words, start, PASSAGE_WORDS));
}

/** A set of hashes that takes eight bytes each, on disk and in memory. */
export interface HashSet {
  readonly size: number;
  has(hash: number): boolean;
}

/** Sorts and removes what stands there twice. */
export function sortedHashes(hashes: readonly number[]): Float64Array {
  const sorted = Float64Array.from(hashes).sort();
  let size = 0;
  for (let at = 0; at < sorted.length; at++) {
    if (size === 0 || sorted[at] !== sorted[size - 1]) sorted[size++] = sorted[at] as number;
  }
  return sorted.slice(0, size);
}

/** A set over hashes in ascending order. */
export function hashSet(sorted: Float64Array): HashSet {
  return {
    size: sorted.length,
    has(hash) {
      let low = 0;
      let high = sorted.length - 1;
      while (low <= high) {
        const middle = (low + high) >>> 1;
        const value = sorted[middle] as number;
        if (value === hash) return true;
        if (value < hash) low = middle + 1;
        else high = middle - 1;
      }
      return false;
    },
  };
}

/**
 * A 32-bit seed from any strings: MurmurHash3 x86-32 (A. Appleby, public domain) over their UTF-16 code units, each
 * part preceded by its length, so that ("ab", "c") and ("a", "bc") differ. The same parts give the same seed on every
 * machine, whatever else runs and in whatever order; seeds are never drawn from a shared generator.
 */
export function hashSeed(...parts: readonly (string | number)[]): number {
  let hash = 0x9747b28c;
  let words = 0;
  const mix = (word: number): void => {
    let k = Math.imul(word, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    hash ^= Math.imul(k, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
    words++;
  };
  for (const part of parts) {
    const text = String(part);
    mix(text.length);
    for (let i = 0; i < text.length; i += 2) {
      mix(text.charCodeAt(i) | ((i + 1 < text.length ? text.charCodeAt(i + 1) : 0) << 16));
    }
  }
  hash ^= words * 4;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

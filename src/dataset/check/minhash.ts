/**
 * MinHash (A. Broder, "On the resemblance and containment of documents", 1997) by one permutation (P. Li, A. Owen and
 * C.-H. Zhang, "One Permutation Hashing", 2012): each shingle is hashed once and lands in one of the bins, which keeps
 * its smallest hash. Empty bins borrow from full ones that a hash of the bin chooses (A. Shrivastava, "Optimal
 * Densification for Fast and Accurate Minwise Hashing", 2017). Two texts agree in a bin with the probability of their
 * Jaccard similarity.
 */
const SHINGLE = 5;
export const BINS = 100;

/** SHINGLE − 1 times the multiplier of the rolling hash: what the oldest character counts. */
const MULTIPLIER = 0x01000193;
const OLDEST = power(MULTIPLIER, SHINGLE);

const EMPTY = 0xffffffff;

function power(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result = Math.imul(result, base);
  return result;
}

/** The finishing steps of MurmurHash3 (A. Appleby, public domain): every bit of the input moves half of the output's. */
function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Calls back with the hash of every run of five UTF-16 code units; of a shorter text once. */
function eachShingle(text: string, visit: (hash: number) => void): void {
  let rolling = 0;
  for (let i = 0; i < text.length; i++) {
    rolling = (Math.imul(rolling, MULTIPLIER) + text.charCodeAt(i) + 1) | 0;
    if (i >= SHINGLE) rolling = (rolling - Math.imul(OLDEST, text.charCodeAt(i - SHINGLE) + 1)) | 0;
    if (i >= SHINGLE - 1) visit(mix(rolling));
  }
  if (text.length < SHINGLE) visit(mix(rolling));
}

const minima = new Uint32Array(BINS);

/**
 * Writes the signature of a text that is not empty into `target` from `offset` on: `BINS` numbers, of which 16 bits are
 * kept, so that two different minima look alike once in 65,536.
 */
export function writeSignature(text: string, target: Uint16Array, offset: number): void {
  minima.fill(EMPTY);
  eachShingle(text, (hash) => {
    // The high bits choose the bin; the product of both halves stays below 2^53.
    const bin = Math.floor((hash * BINS) / 0x100000000);
    const value = mix(hash ^ 0x9e3779b9);
    if (value < (minima[bin] as number)) minima[bin] = value;
  });
  for (let bin = 0; bin < BINS; bin++) {
    let donor = bin;
    for (let attempt = 1; minima[donor] === EMPTY; attempt++) donor = mix(bin * 0x10001 + attempt * 0x2545) % BINS;
    target[offset + bin] = (minima[donor] as number) & 0xffff;
  }
}

/** The different shingles of a text, ascending. */
export function shingleSet(text: string): Uint32Array {
  const hashes = new Uint32Array(Math.max(1, text.length - SHINGLE + 1));
  let count = 0;
  eachShingle(text, (hash) => (hashes[count++] = hash));
  hashes.sort();
  let kept = 0;
  for (let i = 0; i < hashes.length; i++) {
    if (i === 0 || hashes[i] !== hashes[i - 1]) hashes[kept++] = hashes[i] as number;
  }
  return hashes.subarray(0, kept);
}

/** Size of the intersection over size of the union of two sets from `shingleSet`, 0..1. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const x = a[i] as number;
    const y = b[j] as number;
    if (x === y) common++;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return common / (a.length + b.length - common);
}

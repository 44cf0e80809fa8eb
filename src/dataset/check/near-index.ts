import { BINS, writeSignature } from "./minhash.ts";
import { createNumberList, type NumberList } from "./number-list.ts";

/**
 * Locality-sensitive hashing by bands of a signature (J. Leskovec, A. Rajaraman and J. Ullman, "Mining of Massive
 * Datasets", chapter 3): texts that agree in all five bins of at least one of twenty bands are candidates. At a Jaccard
 * similarity of 0.8 that misses 4 pairs in 10,000, at 0.3 it lets 5 in 100 through.
 */
const BAND = 5;
const BANDS = BINS / BAND;
/** Signatures lie in blocks, so that growing copies nothing. */
const BLOCK = 1 << 13;
/** Texts of a bucket are compared with so many earlier ones: boilerplate would make all pairs of thousands. */
const MOST_COMPARED = 12;

/** Two texts that may be similar, the later one first. */
export interface Candidate {
  readonly later: number;
  readonly earlier: number;
}

/** Finds pairs of similar texts among many, at 200 bytes a text. */
export interface NearIndex {
  /** Adds a text that is not empty; `key` is what candidates name it by, each larger than the one before. */
  add(text: string, key: number): void;
  /**
   * Pairs whose signatures agree in at least the share `least` of their bins, each once. With `split`, only pairs of a
   * key from there on and one below.
   */
  candidates(least: number, split?: number): Candidate[];
}

/** An empty index. */
export function createNearIndex(): NearIndex {
  const blocks: Uint16Array[] = [];
  const keys = createNumberList();
  return {
    add: (text, key) => {
      const row = keys.length % BLOCK;
      if (row === 0) blocks.push(new Uint16Array(BLOCK * BINS));
      writeSignature(text, blocks.at(-1) as Uint16Array, row * BINS);
      keys.add(key);
    },
    candidates: (least, split) => {
      const found: Candidate[] = [];
      const count = keys.length;
      const below = split === undefined ? null : firstFrom(keys, split);
      const signatures: Signatures = { blocks, count, below };
      for (let band = 0; band < BANDS; band++) {
        eachPair(signatures, band, (later, earlier) => {
          if (isSimilar(signatures, { later, earlier, band, least })) {
            found.push({ later: keys.at(later), earlier: keys.at(earlier) });
          }
        });
      }
      return found;
    },
  };
}

/** Position of the first key that is not below `split`. */
function firstFrom(keys: NumberList, split: number): number {
  let position = 0;
  while (position < keys.length && keys.at(position) < split) position++;
  return position;
}

interface Signatures {
  readonly blocks: readonly Uint16Array[];
  readonly count: number;
  /** Rows from here on are looked for among the rows before; null: every row among those before it. */
  readonly below: number | null;
}

/**
 * Shows every pair whose bands are equal, but for the limit of a bucket. Rows with one hash form a chain through
 * `before`; a row goes back along its chain.
 */
function eachPair(
  { blocks, count, below }: Signatures,
  band: number,
  visit: (later: number, earlier: number) => void,
): void {
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(2, count * 2)));
  const heads = new Int32Array(capacity).fill(-1);
  const before = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const block = blocks[Math.floor(row / BLOCK)] as Uint16Array;
    const slot = bandHash(block, (row % BLOCK) * BINS + band * BAND) & (capacity - 1);
    const head = heads[slot] as number;
    if (below === null || row < below) {
      before[row] = head;
      heads[slot] = row;
    }
    if (below !== null && row < below) continue;
    let compared = 0;
    for (let other = head; other >= 0 && compared < MOST_COMPARED; other = before[other] as number) {
      if (!isEqualBand(blocks, { row, other, band })) continue;
      compared++;
      visit(row, other);
    }
  }
}

function bandHash(block: Uint16Array, at: number): number {
  let hash = 0x811c9dc5;
  for (let i = at; i < at + BAND; i++) hash = Math.imul(hash ^ (block[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function isEqualBand(
  blocks: readonly Uint16Array[],
  { row, other, band }: { readonly row: number; readonly other: number; readonly band: number },
): boolean {
  const a = blocks[Math.floor(row / BLOCK)] as Uint16Array;
  const b = blocks[Math.floor(other / BLOCK)] as Uint16Array;
  const atA = (row % BLOCK) * BINS + band * BAND;
  const atB = (other % BLOCK) * BINS + band * BAND;
  for (let i = 0; i < BAND; i++) if (a[atA + i] !== b[atB + i]) return false;
  return true;
}

/** Whether enough bins agree, and no earlier band has shown the pair already. */
function isSimilar(
  { blocks }: Signatures,
  pair: { readonly later: number; readonly earlier: number; readonly band: number; readonly least: number },
): boolean {
  const a = blocks[Math.floor(pair.later / BLOCK)] as Uint16Array;
  const b = blocks[Math.floor(pair.earlier / BLOCK)] as Uint16Array;
  const atA = (pair.later % BLOCK) * BINS;
  const atB = (pair.earlier % BLOCK) * BINS;
  let equal = 0;
  for (let band = 0; band < BANDS; band++) {
    let inBand = 0;
    for (let i = band * BAND; i < (band + 1) * BAND; i++) if (a[atA + i] === b[atB + i]) inBand++;
    if (inBand === BAND && band < pair.band) return false;
    equal += inBand;
  }
  return equal >= pair.least * BINS;
}

import { EvalhError } from "../../src/core/errors.ts";
import { withRoom } from "../overlap/room.ts";

/** How a reference becomes a hypothesis, in symbols. */
export interface Edits {
  readonly hits: number;
  readonly substitutions: number;
  /** Symbols of the reference that the hypothesis lacks. */
  readonly deletions: number;
  readonly insertions: number;
}

/** Symbols as whole numbers, equal exactly where the symbols are. */
export type Symbols = readonly number[];

/** Compares texts by Levenshtein distance. Not reentrant. */
export interface EditCounter {
  /** Least number of substitutions, deletions and insertions. */
  distance(reference: Symbols, hypothesis: Symbols): number;
  /** What is substituted, deleted and inserted. Of several shortest ways it is the one that RapidFuzz takes. */
  edits(reference: Symbols, hypothesis: Symbols): Edits;
}

/** Bits a word: a sum of two words stays within V8's small integers. */
const WORD = 30;
const FULL = 2 ** WORD - 1;
/** Steps of one comparison; some seconds. */
const MAX_STEPS = 2 ** 29;
/** Words of each of two matrices kept for reading an alignment back: 256 MB. */
const MAX_KEPT = 2 ** 26;

/**
 * Bit-parallel edit distance after Myers (1999) and Hyyrö (2003). Bit i of a column's vectors says whether the distance
 * grows (up) or shrinks (down) from i to i + 1 symbols of the reference.
 */
export function editCounter(): EditCounter {
  let masks: Int32Array = new Int32Array(1024);
  let up: Int32Array = new Int32Array(1024);
  let down: Int32Array = new Int32Array(1024);
  const rows = new Map<number, number>();

  /** Bit vectors of where each symbol stands in the reference. Row 0 is for symbols that it lacks. */
  const setMasks = (reference: Symbols, words: number): void => {
    rows.clear();
    for (const symbol of reference) if (!rows.has(symbol)) rows.set(symbol, rows.size + 1);
    masks = withRoom(masks, (rows.size + 1) * words);
    masks.fill(0, 0, (rows.size + 1) * words);
    for (const [index, symbol] of reference.entries()) {
      const at = (rows.get(symbol) as number) * words + Math.floor(index / WORD);
      masks[at] = (masks[at] as number) | (1 << (index % WORD));
    }
  };
  /** Computes one column from the one at `from`, into `to`. Returns how the distance of the whole reference changes. */
  const step = (row: number, words: number, from: number, to: number, last: number): number => {
    let increase = 1;
    let decrease = 0;
    let change = 0;
    for (let w = 0; w < words; w++) {
      const ups = up[from + w] as number;
      const downs = down[from + w] as number;
      const match = (masks[row + w] as number) | decrease;
      const diagonal = ((((match & ups) + ups) ^ ups) | match | downs) & FULL;
      const increases = (downs | ~(diagonal | ups)) & FULL;
      const decreases = diagonal & ups;
      if (w === words - 1) change = ((increases >>> last) & 1) - ((decreases >>> last) & 1);
      const shifted = ((increases << 1) & FULL) | increase;
      const lowered = ((decreases << 1) & FULL) | decrease;
      increase = increases >>> (WORD - 1);
      decrease = decreases >>> (WORD - 1);
      up[to + w] = (lowered | ~(diagonal | shifted)) & FULL;
      down[to + w] = shifted & diagonal;
    }
    return change;
  };
  /** Fills in columns; all of them are kept if `keep`, else one. Returns the distance. */
  const align = (reference: Symbols, hypothesis: Symbols, keep: boolean): number => {
    const words = Math.ceil(reference.length / WORD);
    const kept = keep ? (hypothesis.length + 1) * words : words;
    if (words * hypothesis.length > MAX_STEPS || kept > MAX_KEPT) {
      throw new EvalhError("E_JUDGE", `Texts of ${reference.length} and ${hypothesis.length} are too long to align.`);
    }
    setMasks(reference, words);
    up = withRoom(up, kept);
    down = withRoom(down, kept);
    up.fill(FULL, 0, words);
    down.fill(0, 0, words);
    let distance = reference.length;
    for (const [index, symbol] of hypothesis.entries()) {
      const from = keep ? index * words : 0;
      const row = (rows.get(symbol) ?? 0) * words;
      distance += step(row, words, from, keep ? from + words : 0, (reference.length - 1) % WORD);
    }
    return distance;
  };
  const bit = (vectors: Int32Array, column: number, words: number, index: number): boolean =>
    (((vectors[column * words + Math.floor(index / WORD)] as number) >>> (index % WORD)) & 1) === 1;

  const readBack = (reference: Symbols, hypothesis: Symbols): Edits => {
    const words = Math.ceil(reference.length / WORD);
    let row = reference.length;
    let column = hypothesis.length;
    const counts = { hits: 0, substitutions: 0, deletions: 0, insertions: 0 };
    while (row > 0 && column > 0) {
      if (bit(up, column, words, row - 1)) {
        row--;
        counts.deletions++;
      } else if (column > 1 && bit(down, column - 1, words, row - 1)) {
        column--;
        counts.insertions++;
      } else {
        row--;
        column--;
        if (reference[row] === hypothesis[column]) counts.hits++;
        else counts.substitutions++;
      }
    }
    counts.deletions += row;
    counts.insertions += column;
    return counts;
  };

  return {
    distance(reference, hypothesis) {
      const [from, toReference, toHypothesis] = commonEnds(reference, hypothesis);
      const inner = reference.slice(from, toReference);
      const other = hypothesis.slice(from, toHypothesis);
      return inner.length === 0 ? other.length : align(inner, other, false);
    },
    edits(reference, hypothesis) {
      const [from, toReference, toHypothesis] = commonEnds(reference, hypothesis);
      const inner = reference.slice(from, toReference);
      const other = hypothesis.slice(from, toHypothesis);
      if (inner.length > 0) align(inner, other, true);
      const counts = readBack(inner, other);
      return { ...counts, hits: counts.hits + reference.length - inner.length };
    },
  };
}

/** Where what two texts share at their start ends, and where in each what they share at their end begins. */
function commonEnds(a: Symbols, b: Symbols): [from: number, toA: number, toB: number] {
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let toA = a.length;
  let toB = b.length;
  while (toA > from && toB > from && a[toA - 1] === b[toB - 1]) {
    toA--;
    toB--;
  }
  return [from, toA, toB];
}

import { withRoom } from "../overlap/room.ts";

/** Symbols as whole numbers, equal exactly where the symbols are. */
export type Symbols = readonly number[];

/** Bits a word: a sum of two words stays within V8's small integers. */
const WORD = 30;
const FULL = 2 ** WORD - 1;

/** Words that hold one bit a position. */
export function wordsFor(positions: number): number {
  return Math.ceil(positions / WORD);
}

/** Levenshtein distances D[i][j] of the first i symbols of a reference and the first j of a hypothesis. */
export interface EditTable {
  /** Computes the table and returns the distance of the whole texts. Without `keep`, that is all. Needs a reference. */
  fill(reference: Symbols, hypothesis: Symbols, keep: boolean): number;
  /** True if D[i + 1][j] = D[i][j] + 1. */
  rises(i: number, j: number): boolean;
  /** True if D[i + 1][j] = D[i][j] − 1. */
  falls(i: number, j: number): boolean;
}

/** Bit-parallel after Myers (1999) and Hyyrö (2003): a column is two vectors, of where the distance rises and falls. */
export function editTable(): EditTable {
  /** Words a vector. */
  let words = 0;
  /** One vector a symbol: where it stands in the reference. The first is for symbols that it lacks. */
  let masks: Int32Array = new Int32Array(1024);
  let up: Int32Array = new Int32Array(1024);
  let down: Int32Array = new Int32Array(1024);
  const rows = new Map<number, number>();

  /** Computes a column from the one at `from`, into `to`. Returns by how much the whole reference's distance changes. */
  const step = (row: number, from: number, to: number, last: number): number => {
    let increase = 1;
    let decrease = 0;
    let change = 0;
    for (let w = 0; w < words; w++) {
      const rising = up[from + w] as number;
      const falling = down[from + w] as number;
      const match = (masks[row + w] as number) | decrease;
      const diagonal = ((((match & rising) + rising) ^ rising) | match | falling) & FULL;
      const increases = (falling | ~(diagonal | rising)) & FULL;
      const decreases = diagonal & rising;
      if (w === words - 1) change = ((increases >>> last) & 1) - ((decreases >>> last) & 1);
      const raised = ((increases << 1) & FULL) | increase;
      const lowered = ((decreases << 1) & FULL) | decrease;
      increase = increases >>> (WORD - 1);
      decrease = decreases >>> (WORD - 1);
      up[to + w] = (lowered | ~(diagonal | raised)) & FULL;
      down[to + w] = raised & diagonal;
    }
    return change;
  };
  const bit = (vectors: Int32Array, i: number, j: number): boolean =>
    (((vectors[j * words + Math.floor(i / WORD)] as number) >>> (i % WORD)) & 1) === 1;

  return {
    fill(reference, hypothesis, keep) {
      words = wordsFor(reference.length);
      masks = masksOf(reference, rows, masks);
      const size = (keep ? hypothesis.length + 1 : 1) * words;
      up = withRoom(up, size);
      down = withRoom(down, size);
      up.fill(FULL, 0, words);
      down.fill(0, 0, words);
      let distance = reference.length;
      for (const [index, symbol] of hypothesis.entries()) {
        const from = keep ? index * words : 0;
        distance += step(rows.get(symbol) ?? 0, from, keep ? from + words : 0, (reference.length - 1) % WORD);
      }
      return distance;
    },
    rises: (i, j) => bit(up, i, j),
    falls: (i, j) => bit(down, i, j),
  };
}

/** Writes the vectors of a reference's symbols, into `reuse` if there is room, and to `rows` where each one starts. */
function masksOf(reference: Symbols, rows: Map<number, number>, reuse: Int32Array): Int32Array {
  const words = wordsFor(reference.length);
  rows.clear();
  for (const symbol of reference) if (!rows.has(symbol)) rows.set(symbol, words * (rows.size + 1));
  const size = (rows.size + 1) * words;
  const masks = withRoom(reuse, size);
  masks.fill(0, 0, size);
  for (const [index, symbol] of reference.entries()) {
    const at = (rows.get(symbol) as number) + Math.floor(index / WORD);
    masks[at] = (masks[at] as number) | (1 << (index % WORD));
  }
  return masks;
}

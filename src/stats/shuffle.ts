import { addPacked, drainPacked, packLanes } from "./lanes.ts";
import type { Lanes } from "./lanes.ts";
import { CHUNK } from "./pcg64.ts";
import type { Pcg64 } from "./pcg64.ts";
import type { Rows } from "./resample.ts";

export interface ShuffleOptions {
  readonly trials: number;
  readonly generator: Pcg64;
}

/** Bits kept at a time, 2 MiB of them. */
const BATCH_BITS = 2 ** 24;

/**
 * Chooses each row or not with probability ½, `trials` times over, and hands the column sums of each trial's chosen rows
 * to `visit` (reused from trial to trial). The choices are those of NumPy's
 * `generator.integers(2, size=(trials, n), dtype=bool)`.
 *
 * Rows are taken eight at a time: one byte of random bits names one of 256 sums prepared beforehand ("method of the four
 * Russians"), an eighth of the additions. Trials go in batches, rows outermost, so that a table is built once a batch.
 */
export function forEachChoice(data: Rows, options: ShuffleOptions, visit: (sums: Float64Array) => void): void {
  const { n, width } = data;
  const { lanes, rows, start, below } = packedRows(data);
  const packed: Rows = { n, width: lanes.count, rows };
  // A multiple of 32 trials ends on a word of the bit stream, where the next batch begins.
  const batch = 32 * Math.max(1, Math.floor(BATCH_BITS / 32 / n));
  const table = new Float64Array(256 * lanes.count);
  const sums = new Float64Array(width);
  for (let first = 0; first < options.trials; first += batch) {
    const trials = Math.min(batch, options.trials - first);
    const bits = randomBits(trials * n, options.generator);
    const totals = new Float64Array(trials * lanes.count);
    for (let t = 0; t < trials; t++) totals.set(start, t * lanes.count);
    for (let row = 0; row < n; row += 8) {
      fillTable(table, packed, row);
      addTable({ table, bits, totals }, { trials, n, width: lanes.count, row });
    }
    for (let t = 0; t < trials; t++) {
      for (let c = 0; c < width; c++) sums[c] = -(below[c] as number);
      drainPacked(lanes, totals.subarray(t * lanes.count, (t + 1) * lanes.count), sums);
      visit(sums);
    }
  }
}

/**
 * Whole numbers packed as lanes.ts has it. Sums may be negative there: each column starts from the sum of its negative
 * values with the sign turned (`below`, packed in `start`), so that it ends at 0 or more and can be taken out.
 */
function packedRows({ n, width, rows }: Rows): {
  readonly lanes: Lanes;
  readonly rows: Float64Array;
  readonly start: Float64Array;
  readonly below: Float64Array;
} {
  const below = new Float64Array(width);
  const limits = Array.from({ length: width }, () => 0);
  for (let i = 0; i < n * width; i++) {
    const c = i % width;
    const x = rows[i] as number;
    limits[c] = Number.isSafeInteger(x) ? (limits[c] as number) + Math.abs(x) : Number.NaN;
    if (x < 0) below[c] = (below[c] as number) - x;
  }
  for (const [c, limit] of limits.entries()) if (Number.isNaN(limit)) below[c] = 0;
  const lanes = packLanes(limits);
  const packed = new Float64Array(n * lanes.count);
  for (let i = 0; i < n; i++) {
    addPacked(lanes, rows.subarray(i * width, (i + 1) * width), { packed, at: i * lanes.count });
  }
  const start = new Float64Array(lanes.count);
  addPacked(lanes, below, { packed: start, at: 0 });
  return { lanes, rows: packed, start, below };
}

/** At least `count` random bits, lowest bit of each byte first, and one byte more to read across the end. */
function randomBits(count: number, generator: Pcg64): Uint8Array {
  const words = new Uint32Array(Math.ceil(count / 32) + 1);
  const needed = words.length - 1;
  for (let done = 0; done < needed; done += CHUNK) {
    words.set(generator.words32(Math.min(CHUNK, needed - done)), done);
  }
  return new Uint8Array(words.buffer);
}

/** Sums of every subset of the eight rows from `row` on; rows past the end count as zeros. */
function fillTable(table: Float64Array, { n, width, rows }: Rows, row: number): void {
  for (let bit = 0; bit < 8; bit++) {
    const size = (1 << bit) * width;
    const from = (row + bit) * width;
    const exists = row + bit < n;
    for (let i = 0; i < size; i++) {
      table[size + i] = (table[i] as number) + (exists ? (rows[from + (i % width)] as number) : 0);
    }
  }
}

interface Work {
  readonly table: Float64Array;
  readonly bits: Uint8Array;
  readonly totals: Float64Array;
}

interface Extent {
  readonly trials: number;
  readonly n: number;
  readonly width: number;
  readonly row: number;
}

function addTable({ table, bits, totals }: Work, { trials, n, width, row }: Extent): void {
  for (let t = 0; t < trials; t++) {
    const position = t * n + row;
    const at = position >>> 3;
    const pair = (bits[at] as number) | ((bits[at + 1] as number) << 8);
    const from = ((pair >>> (position & 7)) & 255) * width;
    const to = t * width;
    for (let c = 0; c < width; c++) totals[to + c] = (totals[to + c] as number) + (table[from + c] as number);
  }
}

import { addPacked, drainPacked, packLanes } from "./lanes.ts";
import type { Lanes } from "./lanes.ts";
import { CHUNK } from "./pcg64.ts";
import type { Pcg64 } from "./pcg64.ts";

/** A row-major matrix of n rows. */
export interface Rows {
  readonly n: number;
  readonly width: number;
  readonly rows: Float64Array;
}

export interface ResampleOptions {
  readonly resamples: number;
  readonly generator: Pcg64;
}

/** Draws between two emptyings of the packed sums: few, so that a column's partial sum needs few bits. */
const DRAWS = 512;
/** Lanes summed at once, in registers. */
const BLOCK = 4;

/**
 * Draws n rows with replacement, `resamples` times over, and hands each resample's column sums to `visit`; the array is
 * reused. The draws are those of NumPy's `generator.choice(n, (resamples, n))`, in that order, as sacrebleu and scipy
 * have them.
 */
export function forEachResample(data: Rows, options: ResampleOptions, visit: (sums: Float64Array) => void): void {
  const { n, width } = data;
  const lanes = packLanes(largestPartialSums(data));
  const blocks = laneBlocks(data, lanes);
  const packed = new Float64Array(BLOCK * blocks.length);
  const sums = new Float64Array(width);
  for (let r = 0; r < options.resamples; r++) {
    sums.fill(0);
    for (let done = 0; done < n; done += CHUNK) {
      const picks = options.generator.below(n, Math.min(CHUNK, n - done));
      for (let from = 0; from < picks.length; from += DRAWS) {
        const to = Math.min(from + DRAWS, picks.length);
        for (let b = 0; b < blocks.length; b++)
          addBlock(blocks[b] as Float64Array, { picks, from, to, packed, at: BLOCK * b });
        drainPacked(lanes, packed, sums);
      }
    }
    visit(sums);
  }
}

/** The most that 512 draws of a column can add up to; NaN for columns with fractions or negative numbers. */
function largestPartialSums({ n, width, rows }: Rows): number[] {
  return Array.from({ length: width }, (_, c) => {
    let largest = 0;
    for (let i = c; i < n * width; i += width) {
      const x = rows[i] as number;
      if (!Number.isSafeInteger(x) || x < 0) return Number.NaN;
      largest = Math.max(largest, x);
    }
    return largest * DRAWS;
  });
}

/** Sums of all columns. */
export function columnSums({ n, width, rows }: Rows): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < width; c++) sums[c] = (sums[c] as number) + (rows[i * width + c] as number);
  }
  return sums;
}

/** Two matrices over the same rows, side by side. */
export function joinColumns(a: Rows, b: Rows): Rows {
  const width = a.width + b.width;
  const rows = new Float64Array(a.n * width);
  for (let i = 0; i < a.n; i++) {
    rows.set(a.rows.subarray(i * a.width, (i + 1) * a.width), i * width);
    rows.set(b.rows.subarray(i * b.width, (i + 1) * b.width), i * width + a.width);
  }
  return { n: a.n, width, rows };
}

/**
 * The matrix packed and cut into blocks of four lanes, the last padded with zeros: four sums stay in registers while a
 * block is walked, and a block of 20,000 rows fits the cache where the whole matrix would not.
 */
function laneBlocks({ n, width, rows }: Rows, lanes: Lanes): readonly Float64Array[] {
  const blocks = Array.from({ length: Math.ceil(lanes.count / BLOCK) }, () => new Float64Array(BLOCK * n));
  const packed = new Float64Array(BLOCK * blocks.length);
  for (let i = 0; i < n; i++) {
    packed.fill(0);
    addPacked(lanes, rows.subarray(i * width, (i + 1) * width), { packed, at: 0 });
    for (const [b, block] of blocks.entries()) block.set(packed.subarray(BLOCK * b, BLOCK * (b + 1)), BLOCK * i);
  }
  return blocks;
}

interface Draws {
  readonly picks: Uint32Array;
  readonly from: number;
  readonly to: number;
  readonly packed: Float64Array;
  readonly at: number;
}

/** Adds the picked rows of a block to packed[at … at + 3]. */
function addBlock(block: Float64Array, { picks, from, to, packed, at }: Draws): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = from; i < to; i++) {
    const row = BLOCK * (picks[i] as number);
    s0 += block[row] as number;
    s1 += block[row + 1] as number;
    s2 += block[row + 2] as number;
    s3 += block[row + 3] as number;
  }
  packed[at] = s0;
  packed[at + 1] = s1;
  packed[at + 2] = s2;
  packed[at + 3] = s3;
}

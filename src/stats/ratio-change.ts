import { meanInterval, moments } from "./mean.ts";
import { tQuantile, tTwoSided } from "./student-t.ts";

/** Fewer pairs make too few blocks to see a spread by. */
export const LEAST_PAIRS = 10;

/** Fewer measurements do not show a spread to hold another against. */
export const LEAST_MEASUREMENTS = 3;

const FEWEST_BLOCKS = 10;
/** More blocks would add little power: with 20, Student's t is 5 % wider than the normal. */
const MOST_BLOCKS = 20;
/** Pairs that a block has where there are enough: more than a batch or a busy second holds. */
const WISHED_PAIRS = 100;

/** Meters and clocks tell no less apart: equal measurements are taken to spread by this share of themselves. */
const RESOLUTION = 0.001;

export interface RatioOptions {
  /** The probability that a bound is wrong, of each bound. */
  readonly alpha: number;
}

/** By what factor something rose, less 1. */
export interface RatioChange {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
  /** One-sided, of the hypothesis that it did not rise. */
  readonly p: number;
  /** The smallest rise that such data show with 80 % power (and no less: it is reckoned for a two-sided test). */
  readonly detectable: number;
  readonly n: number;
  /** How p was made. */
  readonly test: string;
}

/**
 * By what factor measurements of the same things rose, as the geometric mean of their ratios: element i of both sides is
 * one pair, all positive, in the order in which they were measured, at least `LEAST_PAIRS` of them. What a pair's things
 * have in common (a long question takes long on both sides) cancels, and logarithms tame the tail.
 *
 * Neighbours lean on each other (they shared a batch, a queue, a busy second), so pairs are cut into 10 to 20 blocks of
 * consecutive ones, whose means are held against Student's t (batch means: Schmeiser, Operations Research 1982).
 */
export function ratioChange(base: Float64Array, head: Float64Array, { alpha }: RatioOptions): RatioChange {
  const blocks = blocksFor(base, head);
  const n = base.length;
  const means = Array.from({ length: blocks }, (_, block) => {
    const [from, to] = [Math.ceil((block * n) / blocks), Math.ceil(((block + 1) * n) / blocks)];
    let sum = 0;
    for (let i = from; i < to; i++) sum += Math.log((head[i] as number) / (base[i] as number));
    return sum / (to - from);
  });
  const { mean, sd } = moments(Float64Array.from(means));
  // Where blocks still lean on their neighbours they are fewer than they look: never more.
  const error = (sd / Math.sqrt(blocks)) * Math.sqrt(1 + 2 * Math.max(0, leaning(means, mean)));
  const [lo, hi] = meanInterval(mean, error, { df: blocks - 1, level: 1 - 2 * alpha });
  return {
    value: Math.expm1(mean),
    lo: Math.expm1(lo),
    hi: Math.expm1(hi),
    p: oneSided(mean, error, blocks - 1),
    detectable: detectableRise(error, blocks - 1),
    n,
    test: `paired-t (${blocks} blocks)`,
  };
}

/** Correlation of each value with the next. */
function leaning(values: readonly number[], mean: number): number {
  let [products, squares] = [0, 0];
  for (const [i, value] of values.entries()) {
    squares += (value - mean) ** 2;
    products += (value - mean) * ((values[i + 1] ?? mean) - mean);
  }
  return squares === 0 ? 0 : products / squares;
}

/** How many blocks pairs are cut into: as many pairs in each, but for one. */
export function blocksFor(base: Float64Array, head: Float64Array): number {
  const n = base.length;
  if (head.length !== n || n < LEAST_PAIRS) throw new RangeError(`cannot compare ${n} and ${head.length} measurements`);
  return Math.min(MOST_BLOCKS, Math.max(FEWEST_BLOCKS, Math.floor(n / WISHED_PAIRS)));
}

/**
 * By what factor one more measurement lies above earlier ones, at least `LEAST_MEASUREMENTS` and all positive, as
 * Student's t says of the next draw from a normal distribution of logarithms: (next − mean)/(s·√(1 + 1/k)), k − 1 degrees
 * of freedom.
 */
export function ratioToNext(earlier: readonly number[], next: number, { alpha }: RatioOptions): RatioChange {
  const k = earlier.length;
  if (k < LEAST_MEASUREMENTS) throw new RangeError(`${k} measurements are too few to hold another against`);
  const { mean, sd } = moments(Float64Array.from(earlier, Math.log));
  const error = Math.max(sd, RESOLUTION) * Math.sqrt(1 + 1 / k);
  const value = Math.log(next) - mean;
  const half = tQuantile(1 - alpha, k - 1) * error;
  return {
    value: Math.expm1(value),
    lo: Math.expm1(value - half),
    hi: Math.expm1(value + half),
    p: oneSided(value, error, k - 1),
    detectable: detectableRise(error, k - 1),
    n: k,
    test: `prediction-t (${k} runs)`,
  };
}

/** As `smallestDetectableDifference`, with Student's quantiles: the normal's would promise too much of few blocks. */
export function detectableRise(error: number, df: number): number {
  return Math.expm1((tQuantile(0.975, df) + tQuantile(0.8, df)) * error);
}

/** One-sided p of a value above 0, by Student's t; 1 for 0 itself. */
export function oneSided(value: number, error: number, df: number): number {
  if (value === 0) return 1;
  const outside = tTwoSided(value / error, df) / 2;
  return value > 0 ? outside : 1 - outside;
}

import { betaQuantile } from "./beta.ts";
import { normalQuantile } from "./normal.ts";

type Interval = readonly [number, number];

/** Wilson's score interval (1927) of the proportion `p` of `n`; `p` may also be a mean of values between 0 and 1. */
export function wilson(p: number, n: number, { level, scale = 1 }: WilsonOptions): Interval {
  const z = normalQuantile((1 + level) / 2);
  const shrink = 1 + (z * z) / n;
  const centre = (p + (z * z) / (2 * n)) / shrink;
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / shrink;
  // At the ends one bound is exactly 0 or 1; rounding must not move it.
  const lo = p === 0 ? 0 : Math.max(0, centre - half);
  const hi = p === 1 ? 1 : Math.min(1, centre + half);
  return [lo * scale, hi * scale];
}

export interface WilsonOptions {
  readonly level: number;
  /** Factor for the bounds, 100 for percentages. */
  readonly scale?: number;
}

/** Clopper and Pearson's exact interval (1934), from beta quantiles; never covers less than `level`. */
export function clopperPearson(k: number, n: number, level: number): Interval {
  const tail = (1 - level) / 2;
  return [k === 0 ? 0 : betaQuantile(tail, k, n - k + 1), k === n ? 1 : betaQuantile(1 - tail, k + 1, n - k)];
}

/** Equal-tailed interval of the posterior under Jeffreys' prior Beta(½, ½), as statsmodels has it: no end is pinned. */
export function jeffreys(k: number, n: number, level: number): Interval {
  const tail = (1 - level) / 2;
  return [betaQuantile(tail, k + 0.5, n - k + 0.5), betaQuantile(1 - tail, k + 0.5, n - k + 0.5)];
}

/** Agresti and Coull's interval (1998), clipped to [0, 1]. */
export function agrestiCoull(k: number, n: number, level: number): Interval {
  const z = normalQuantile((1 + level) / 2);
  const size = n + z * z;
  const p = (k + (z * z) / 2) / size;
  const half = z * Math.sqrt((p * (1 - p)) / size);
  return [Math.max(0, p - half), Math.min(1, p + half)];
}

/** Wald's interval, clipped to [0, 1]: for comparison only, it covers too little near 0 and 1. */
export function wald(k: number, n: number, level: number): Interval {
  const p = k / n;
  const half = normalQuantile((1 + level) / 2) * Math.sqrt((p * (1 - p)) / n);
  return [Math.max(0, p - half), Math.min(1, p + half)];
}

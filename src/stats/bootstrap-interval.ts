import { normalCdf, normalQuantile } from "./normal.ts";
import { quantile } from "./quantile.ts";

export interface BootstrapIntervalOptions {
  readonly level: number;
  /** Value of the statistic on the data themselves. */
  readonly observed: number;
}

/**
 * Mean of the bootstrap values and half the distance between their 2.5 % and 97.5 % order statistics: the "μ ± CI" that
 * sacrebleu prints.
 */
export function sacrebleuInterval(values: Float64Array): { readonly mean: number; readonly ci: number } {
  const sorted = values.toSorted();
  const cut = Math.floor(sorted.length / 40);
  const ci = ((sorted[sorted.length - cut - 1] ?? Number.NaN) - (sorted[cut] ?? Number.NaN)) / 2;
  return { mean: sorted.reduce((sum, x) => sum + x, 0) / sorted.length, ci };
}

/** Reverse ("basic", pivotal) interval: the percentile interval mirrored in the observed value. */
export function basicInterval(
  values: Float64Array,
  { level, observed }: BootstrapIntervalOptions,
): readonly [number, number] {
  const sorted = values.toSorted();
  const tail = (1 - level) / 2;
  return [2 * observed - quantile(sorted, 1 - tail), 2 * observed - quantile(sorted, tail)];
}

/**
 * Bias-corrected and accelerated interval (B. Efron 1987), acceleration from the jackknife, as scipy.stats.bootstrap
 * has it: better than the percentile interval for skewed statistics of few samples.
 */
export function bcaInterval(
  values: Float64Array,
  { level, observed, leaveOneOut }: BootstrapIntervalOptions & { readonly leaveOneOut: Float64Array },
): readonly [number, number] {
  const sorted = values.toSorted();
  let below = 0;
  for (const x of sorted) below += x < observed ? 1 : x === observed ? 0.5 : 0;
  const bias = normalQuantile(below / sorted.length);
  const acceleration = accelerationOf(leaveOneOut);
  const bound = (p: number): number => {
    const z = bias + normalQuantile(p);
    return quantile(sorted, normalCdf(bias + z / (1 - acceleration * z)));
  };
  const tail = (1 - level) / 2;
  return [bound(tail), bound(1 - tail)];
}

function accelerationOf(leaveOneOut: Float64Array): number {
  const n = leaveOneOut.length;
  let mean = 0;
  for (const x of leaveOneOut) mean += x / n;
  let squares = 0;
  let cubes = 0;
  for (const x of leaveOneOut) {
    squares += (mean - x) ** 2;
    cubes += (mean - x) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

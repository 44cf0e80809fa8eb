import type { Estimate } from "../core/estimate.ts";
import type { Sufficient } from "../core/sufficient.ts";
import { meanInterval } from "./mean.ts";
import { intervalName } from "./method-name.ts";
import { wilson } from "./proportion.ts";

/** A value and how many of the population it stands for. */
export interface Weighted {
  readonly value: number;
  /** Above 0. */
  readonly weight: number;
}

export interface WeightedOptions {
  /** Smallest and largest value possible. */
  readonly range: readonly [number, number];
  /** True for shares, whose interval is Wilson's; Student's t otherwise. */
  readonly isShare: boolean;
  readonly level?: number;
}

/**
 * How many samples of equal weight would say as much, (Σw)²/Σw² (L. Kish, "Survey Sampling", 1965).
 */
export function effectiveSize(values: readonly Pick<Weighted, "weight">[]): number {
  const total = values.reduce((sum, { weight }) => sum + weight, 0);
  return total ** 2 / values.reduce((sum, { weight }) => sum + weight ** 2, 0);
}

/**
 * Mean of values drawn with unequal probability, Σwx/Σw, with an interval that takes the effective number of samples.
 * Null without values.
 */
export function weightedMean(
  values: readonly Weighted[],
  { range, isShare, level = 0.95 }: WeightedOptions,
): Estimate | null {
  const n = values.length;
  if (n === 0) return null;
  const total = values.reduce((sum, { weight }) => sum + weight, 0);
  const [floor, ceiling] = range;
  const sum = values.reduce((so, { value, weight }) => so + value * weight, 0);
  // Sums of weights are not exact: equal values must not end a hair beyond the range.
  const mean = Math.min(ceiling, Math.max(floor, sum / total));
  const effective = effectiveSize(values);
  const span = ceiling - floor;
  const remark = `weighted, n_eff ${effective.toFixed(1)}`;
  const squares = values.reduce((sum, { value, weight }) => sum + weight * (value - mean) ** 2, 0) / total;
  // Equal values leave no spread to estimate from: the widest interval that the range allows.
  if (isShare || squares === 0 || effective < 2) {
    const [lo, hi] = wilson((mean - floor) / span, effective, { level, scale: span });
    return { value: mean, n, lo: floor + lo, hi: floor + hi, method: intervalName("wilson", level, remark) };
  }
  const error = Math.sqrt(squares / (effective - 1));
  const [lo, hi] = meanInterval(mean, error, { df: effective - 1, level });
  const method = intervalName("t", level, remark);
  return { value: mean, n, lo: Math.max(floor, lo), hi: Math.min(ceiling, hi), method };
}

/** What is known without asking: the mean of some cases and how many they are. */
export interface Known {
  readonly mean: number;
  readonly count: number;
}

/** The mean of those asked and those known together: what is known adds no doubt. */
export function withKnown(asked: Estimate | null, weight: number, { mean, count }: Known): Estimate | null {
  if (asked === null || count === 0) return asked;
  const share = weight / (weight + count);
  const all = (value: number): number => share * value + (1 - share) * mean;
  const method = `${asked.method}, ${Math.round(count)} known`;
  return { value: all(asked.value), n: asked.n, lo: all(asked.lo), hi: all(asked.hi), method };
}

/**
 * The same of packed statistics (see `Sufficient.weighted`), in their unit. `n` counts the samples that were asked about;
 * null where none was.
 */
export function weightedEstimate(
  { rows, width, scale, weighted }: Sufficient,
  { range = [0, scale], level = 0.95 }: { readonly range?: readonly [number, number]; readonly level?: number },
): Estimate | null {
  const asked: Weighted[] = [];
  let known = 0;
  let count = 0;
  for (let row = 0; row < rows.length; row += width) {
    const weight = rows[row + 1] as number;
    if (weight > 0) asked.push({ value: (scale * (rows[row] as number)) / weight, weight });
    known += scale * (rows[row + 2] as number);
    count += rows[row + 3] as number;
  }
  const total = asked.reduce((sum, { weight }) => sum + weight, 0);
  const mean = weightedMean(asked, { range, isShare: weighted === "share", level });
  return withKnown(mean, total, { mean: count === 0 ? 0 : known / count, count });
}

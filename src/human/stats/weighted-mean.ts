import type { Estimate } from "../../core/estimate.ts";
import { meanInterval } from "../../stats/mean.ts";
import { wilson } from "../../stats/proportion.ts";

/** A value and how many of the population it stands for. */
export interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/**
 * Mean of values drawn with unequal probability, Σwx/Σw. Its interval takes as many samples as would say as much if
 * they weighed the same, (Σw)²/Σw² (L. Kish, "Survey Sampling", 1965): Wilson's for shares (values within 0..1, given
 * `scale`), Student's t otherwise. Null without values.
 */
export function weightedMean(
  values: readonly Weighted[],
  { range, isShare }: { readonly range: readonly [number, number]; readonly isShare: boolean },
): Estimate | null {
  const n = values.length;
  if (n === 0) return null;
  const total = values.reduce((sum, { weight }) => sum + weight, 0);
  const mean = values.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
  const effective = total ** 2 / values.reduce((sum, { weight }) => sum + weight ** 2, 0);
  const [floor, ceiling] = range;
  const span = ceiling - floor;
  const remark = `weighted, n_eff ${effective.toFixed(1)}`;
  const squares = values.reduce((sum, { value, weight }) => sum + weight * (value - mean) ** 2, 0) / total;
  // Equal values leave no spread to estimate from: the widest interval that the range allows.
  if (isShare || squares === 0 || effective < 2) {
    const [lo, hi] = wilson((mean - floor) / span, effective, { level: 0.95, scale: span });
    return { value: mean, n, lo: floor + lo, hi: floor + hi, method: `wilson-95 (${remark})` };
  }
  const error = Math.sqrt(squares / (effective - 1));
  const [lo, hi] = meanInterval(mean, error, { df: effective - 1, level: 0.95 });
  return { value: mean, n, lo: Math.max(floor, lo), hi: Math.min(ceiling, hi), method: `t-95 (${remark})` };
}

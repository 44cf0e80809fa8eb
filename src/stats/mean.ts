import type { ClusterCodes } from "./clusters.ts";
import { normalQuantile } from "./normal.ts";
import { tQuantile } from "./student-t.ts";

/** Moments of a sample. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  /** Standard deviation with n − 1 in the denominator; NaN where n < 2. */
  readonly sd: number;
}

/** Mean and standard deviation, in two passes. */
export function moments(values: ArrayLike<number>): Moments {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i] as number;
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += ((values[i] as number) - mean) ** 2;
  return { n, mean, sd: n < 2 ? Number.NaN : Math.sqrt(squares / (n - 1)) };
}

/** Standard error of the mean by the central limit theorem, sd/√n. */
export function standardError(values: ArrayLike<number>): number {
  const { n, sd } = moments(values);
  return sd / Math.sqrt(n);
}

/**
 * Standard error of the mean where rows of a cluster depend on each other (E. Miller, "Adding Error Bars to Evals",
 * 2024, equation 4): √Σ_c(Σ_{i∈c}(x_i − x̄))² / n. "corrected" multiplies the variance by C/(C − 1), as inspect_ai does
 * and as an interval with few clusters needs; "none" is Miller's own formula.
 */
export function clusteredError(
  values: ArrayLike<number>,
  { count, codes }: ClusterCodes,
  correction: "none" | "corrected",
): number {
  const { n, mean } = moments(values);
  const residuals = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    const c = codes[i] as number;
    residuals[c] = (residuals[c] as number) + ((values[i] as number) - mean);
  }
  let squares = 0;
  for (const r of residuals) squares += r * r;
  return Math.sqrt(squares * (correction === "none" ? 1 : count / (count - 1))) / n;
}

/** mean ± t·se with `df` degrees of freedom; the normal's where `df` is infinite. */
export function meanInterval(
  mean: number,
  error: number,
  { df, level }: { readonly df: number; readonly level: number },
): readonly [number, number] {
  const p = (1 + level) / 2;
  const half = (df === Number.POSITIVE_INFINITY ? normalQuantile(p) : tQuantile(p, df)) * error;
  return [mean - half, mean + half];
}

import { binomialCdf, binomialPmf } from "./binomial.ts";
import { normalQuantile, normalTwoSided } from "./normal.ts";

/** Samples that only one of two systems got right. */
export interface Discordant {
  readonly onlyA: number;
  readonly onlyB: number;
}

/** Exact two-sided McNemar test (1947): the binomial probability of so uneven a split, doubled. 1 where nothing differs. */
export function mcnemarExact({ onlyA, onlyB }: Discordant): number {
  return Math.min(1, 2 * binomialCdf(Math.min(onlyA, onlyB), onlyA + onlyB, 0.5));
}

/** Mid-p McNemar test (Fagerland, Lydersen and Laake 2013): the exact one less the probability of the observed split. */
export function mcnemarMidP({ onlyA, onlyB }: Discordant): number {
  const n = onlyA + onlyB;
  const least = Math.min(onlyA, onlyB);
  return Math.min(1, 2 * binomialCdf(least, n, 0.5) - binomialPmf(least, n, 0.5));
}

/** Asymptotic McNemar test; `corrected` subtracts Edwards' continuity correction. */
export function mcnemarChiSquare(
  { onlyA, onlyB }: Discordant,
  corrected: boolean,
): { readonly statistic: number; readonly p: number } {
  const n = onlyA + onlyB;
  const distance = Math.abs(onlyB - onlyA) - (corrected ? 1 : 0);
  const statistic = n === 0 ? 0 : (distance * distance) / n;
  return { statistic, p: normalTwoSided(Math.sqrt(statistic)) };
}

/**
 * Interval of the difference of two paired proportions, B minus A: Wald's after half an observation is added to each of
 * the four cells (Bonett and Price, "Adjusted Wald Confidence Interval for a Difference of Binomial Proportions Based on
 * Paired Data", 2012, whose Laplace form adds one to each discordant count and two to n). Within [−1, 1].
 */
export function bonettPrice({ onlyA, onlyB }: Discordant, n: number, level: number): readonly [number, number] {
  const pA = (onlyA + 1) / (n + 2);
  const pB = (onlyB + 1) / (n + 2);
  const half = normalQuantile((1 + level) / 2) * Math.sqrt((pA + pB - (pB - pA) ** 2) / (n + 2));
  return [Math.max(-1, pB - pA - half), Math.min(1, pB - pA + half)];
}

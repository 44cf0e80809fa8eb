import { normalTwoSided } from "./normal.ts";
import { ranks } from "./ranks.ts";

export interface WilcoxonOptions {
  /** Subtract ½ from the distance to the mean before standardising. */
  readonly correction?: boolean;
}

/**
 * Wilcoxon's signed-rank test (1945) of differences around 0, two-sided, zeros left out, ties sharing their mean rank,
 * by the normal approximation with tie correction (scipy's `wilcoxon(method="approx", zero_method="wilcox")`). The
 * statistic is the smaller of the two rank sums. p is 1 where every difference is 0.
 */
export function wilcoxon(
  differences: ArrayLike<number>,
  { correction = false }: WilcoxonOptions = {},
): { readonly statistic: number; readonly p: number } {
  const nonZero = Array.from(differences).filter((d) => d !== 0);
  const n = nonZero.length;
  if (n === 0) return { statistic: 0, p: 1 };
  const { ranks: rank, ties } = ranks(nonZero.map(Math.abs));
  let plus = 0;
  for (let i = 0; i < n; i++) if ((nonZero[i] as number) > 0) plus += rank[i] as number;
  const total = (n * (n + 1)) / 2;
  const statistic = Math.min(plus, total - plus);
  const mean = total / 2;
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties.reduce((sum, t) => sum + (t ** 3 - t), 0) / 48;
  const distance = Math.abs(plus - mean) - (correction && plus !== mean ? 0.5 : 0);
  return { statistic, p: normalTwoSided(distance / Math.sqrt(variance)) };
}

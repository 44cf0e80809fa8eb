import { incompleteBeta } from "./beta.ts";
import { normalQuantile } from "./normal.ts";
import { findRoot } from "./root.ts";

/** Probability that |T| exceeds |t| under Student's t with `df` > 0 degrees of freedom. */
export function tTwoSided(t: number, df: number): number {
  if (Number.isNaN(t)) return Number.NaN;
  if (!Number.isFinite(t)) return 0;
  const square = t * t;
  return incompleteBeta(df / (df + square), df / 2, 0.5, square / (df + square));
}

/** Quantile of Student's t, to about 1e-13 relative; the normal's where `df` is infinite. */
export function tQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1) || !(df > 0)) return Number.NaN;
  if (p === 0.5) return 0;
  if (p === 0 || p === 1) return p === 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (df === Number.POSITIVE_INFINITY) return normalQuantile(p);
  const outside = 2 * Math.min(p, 1 - p);
  const excess = (t: number): number => tTwoSided(t, df) / outside - 1;
  // |t| is never below |z|; doubling finds the other end.
  const lo = Math.abs(normalQuantile(p));
  let hi = Math.max(2 * lo, 1);
  while (excess(hi) > 0) hi *= 2;
  const t = findRoot(excess, lo * 0.999, hi);
  return p < 0.5 ? -t : t;
}

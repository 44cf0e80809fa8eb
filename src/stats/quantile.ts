/**
 * The q-quantile (0 ≤ q ≤ 1) of ascending numbers by linear interpolation between order statistics (Hyndman and Fan's
 * type 7, NumPy's default, with its rounding). NaN for an empty list.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const last = sorted.length - 1;
  if (last < 0) return Number.NaN;
  const at = q * last;
  const below = Math.min(Math.floor(at), last);
  const lo = sorted[below] as number;
  const hi = sorted[Math.min(below + 1, last)] as number;
  const weight = at - below;
  return weight < 0.5 ? lo + (hi - lo) * weight : hi - (hi - lo) * (1 - weight);
}

/** The bounds that cut (1 − level)/2 off each end of the values; NaNs among them are left out. Sorts a copy. */
export function percentileInterval(values: Float64Array, level: number): { lo: number; hi: number; used: number } {
  const sorted = values.filter((x) => !Number.isNaN(x)).sort();
  const tail = (1 - level) / 2;
  return { lo: quantile(sorted, tail), hi: quantile(sorted, 1 - tail), used: sorted.length };
}

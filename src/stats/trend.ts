import { normalCdf } from "./normal.ts";

/** Result of a test for a monotonic trend. */
export interface TrendTest {
  /** Kendall's S: rising pairs less falling pairs. */
  readonly s: number;
  /** Chance of an S at least this large if the values had no order (one-sided, for a rise). */
  readonly pRise: number;
  /** The same for an S at most this small (for a fall). */
  readonly pFall: number;
}

// Up to here the exact distribution is used, as Kendall tabulates it.
const EXACT_UP_TO = 10;

/**
 * Mann–Kendall test of values in their order (H. B. Mann, Econometrica 13, 1945; M. G. Kendall, Rank Correlation
 * Methods, 4th ed., 1975). Exact for up to ten different values, else normal with continuity correction and with the
 * variance corrected for ties. Fewer than three values give p = 1.
 */
export function mannKendall(values: ArrayLike<number>): TrendTest {
  const n = values.length;
  let s = 0;
  let tied = false;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const sign = Math.sign((values[j] as number) - (values[i] as number));
      s += sign;
      tied ||= sign === 0;
    }
  }
  if (n < 3) return { s, pRise: 1, pFall: 1 };
  if (n <= EXACT_UP_TO && !tied) return { s, pRise: exactUpper(n, s), pFall: exactUpper(n, -s) };
  const sd = Math.sqrt(varianceOfS(values));
  if (sd === 0) return { s, pRise: 1, pFall: 1 };
  return { s, pRise: 1 - normalCdf((s - 1) / sd), pFall: normalCdf((s + 1) / sd) };
}

/** Chance of S ≥ s among all orders of n different values: S = n(n−1)/2 − 2 × inversions. */
function exactUpper(n: number, s: number): number {
  const mostInversions = (n * (n - 1)) / 2;
  let counts = [1];
  for (let size = 2; size <= n; size++) {
    const next = new Array<number>(counts.length + size - 1).fill(0);
    for (let i = 0; i < counts.length; i++) {
      for (let shift = 0; shift < size; shift++) next[i + shift] = (next[i + shift] as number) + (counts[i] as number);
    }
    counts = next;
  }
  const total = counts.reduce((sum, count) => sum + count, 0);
  const upTo = Math.floor((mostInversions - s) / 2);
  return counts.slice(0, upTo + 1).reduce((sum, count) => sum + count, 0) / total;
}

function varianceOfS(values: ArrayLike<number>): number {
  const n = values.length;
  const groups = new Map<number, number>();
  for (let i = 0; i < n; i++) groups.set(values[i] as number, (groups.get(values[i] as number) ?? 0) + 1);
  let sum = n * (n - 1) * (2 * n + 5);
  for (const t of groups.values()) sum -= t * (t - 1) * (2 * t + 5);
  return sum / 18;
}

/** A straight line through points. */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * Theil–Sen line: the median of the slopes between all pairs of points, through the median of what remains (H. Theil
 * 1950; P. K. Sen, J. Am. Stat. Assoc. 63, 1968). Up to 29 % of the points may be wild. NaN for fewer than two
 * different xs.
 */
export function theilSen(xs: readonly number[], ys: readonly number[]): Line {
  const slopes: number[] = [];
  for (let i = 0; i < xs.length; i++) {
    for (let j = i + 1; j < xs.length; j++) {
      const dx = (xs[j] as number) - (xs[i] as number);
      if (dx !== 0) slopes.push(((ys[j] as number) - (ys[i] as number)) / dx);
    }
  }
  const slope = median(slopes);
  return { slope, intercept: median(xs.map((x, i) => (ys[i] as number) - slope * x)) };
}

/** NaN for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

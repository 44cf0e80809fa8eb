import { incompleteBeta } from "./beta.ts";
import { binomialDensity } from "./gamma.ts";

/** Probability of exactly k successes in n trials. */
export function binomialPmf(k: number, n: number, p: number): number {
  if (k < 0 || k > n) return 0;
  return binomialDensity(k, n, p, 1 - p);
}

/** Probability of at most k successes in n trials. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return incompleteBeta(1 - p, n - k, k + 1, p);
}

/**
 * Exact two-sided binomial test: the total probability of every outcome no likelier than k (scipy.stats.binomtest and
 * R's binom.test; 1e-7 relative slack against rounding, as both have it).
 */
export function binomialTest(k: number, n: number, p = 0.5): number {
  if (n === 0) return 1;
  const limit = binomialPmf(k, n, p) * (1 + 1e-7);
  const mode = n * p;
  if (k === mode) return 1;
  if (k < mode) {
    const other = boundary(Math.ceil(mode), n, (i) => binomialPmf(i, n, p) <= limit);
    return Math.min(1, binomialCdf(k, n, p) + upper(other, n, p));
  }
  const other = -boundary(-Math.floor(mode), 0, (i) => binomialPmf(-i, n, p) <= limit);
  return Math.min(1, upper(k, n, p) + (other < 0 ? 0 : binomialCdf(other, n, p)));
}

/** Probability of k or more successes. */
function upper(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  return k > n ? 0 : incompleteBeta(p, k, n - k + 1, 1 - p);
}

/** Smallest whole number in [lo, hi] at which `holds` is true, hi + 1 if none; `holds` never goes back to false. */
function boundary(lo: number, hi: number, holds: (i: number) => boolean): number {
  let a = lo;
  let b = hi + 1;
  while (a < b) {
    const middle = Math.floor((a + b) / 2);
    if (holds(middle)) b = middle;
    else a = middle + 1;
  }
  return a;
}

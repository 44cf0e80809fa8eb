import { binomialDensity } from "./gamma.ts";
import { findRoot } from "./root.ts";

/**
 * Regularised incomplete beta function I_x(a, b), a, b > 0, 0 ≤ x ≤ 1, to about 1e-14 relative: the continued fraction
 * of Didonato and Morris (ACM TOMS 708, 1992) on the side of the mean where it converges fast, with Loader's form of
 * the leading factor. `y` is 1 − x, to be given where it is known more exactly than the subtraction would have it.
 */
export function incompleteBeta(x: number, a: number, b: number, y: number = 1 - x): number {
  if (Number.isNaN(x) || x <= 0) return Number.isNaN(x) ? x : 0;
  if (y <= 0) return 1;
  return x > a / (a + b) ? 1 - lowerTail(y, b, a, x) : lowerTail(x, a, b, y);
}

/** Quantile of the beta distribution: the x with I_x(a, b) = p. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0 || p === 1) return p;
  // The quantile of a sharply skewed distribution may lie within 1e-16 of 1: then the mirrored one is found instead.
  if (incompleteBeta(0.5, a, b) < p) return 1 - lowerHalfQuantile(1 - p, b, a, p);
  return lowerHalfQuantile(p, a, b, 1 - p);
}

/** Quantile known to lie in (0, 0.5], searched in log x because it may be tiny. `q` is 1 − p. */
function lowerHalfQuantile(p: number, a: number, b: number, q: number): number {
  const excess = (u: number): number => {
    const x = Math.exp(u);
    return p <= 0.5 ? incompleteBeta(x, a, b) / p - 1 : 1 - incompleteBeta(1 - x, b, a, x) / q;
  };
  return Math.exp(findRoot(excess, -745, Math.log(0.5)));
}

/** I_x(a, b) for x at most the mean a / (a + b). */
function lowerTail(x: number, a: number, b: number, y: number): number {
  const front = binomialDensity(a, a + b, x, y) * ((a * b) / (a + b));
  if (front === 0) return 0;
  return front / fraction(x, a, b, y);
}

function fraction(x: number, a: number, b: number, y: number): number {
  const start = a * (a * y - b * x + 1);
  let h = nonZero(start / (a + 1));
  let c = h;
  let d = 0;
  for (let n = 1; n < 100_000; n++) {
    const step = a + 2 * n - 1;
    const over = (((a + n - 1) * (a + b + n - 1)) / (step * step)) * n * (b - n) * x * x;
    const under = n + (n * (b - n) * x) / step + ((a + n) * (a * y - b * x + 1 + n * (1 + y))) / (a + 2 * n + 1);
    d = 1 / nonZero(under + over * d);
    c = nonZero(under + over / c);
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return h;
}

function nonZero(x: number): number {
  return Math.abs(x) < 1e-300 ? 1e-300 : x;
}

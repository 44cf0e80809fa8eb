/** Natural logarithm of Γ(x) for x > 0, to about 1e-15 (Lanczos series with Godfrey's coefficients, g = 607/128). */
export function logGamma(x: number): number {
  if (x >= 16) return (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + stirlingSeries(x);
  // Near 0 the logarithm of 1/x is all there is; the series would lose it among its large terms.
  if (x < 0.5) return logGamma(x + 1) - Math.log(x);
  let sum = LANCZOS[0] as number;
  for (let i = 1; i < LANCZOS.length; i++) sum += (LANCZOS[i] as number) / (x - 1 + i);
  const t = x - 0.5 + 607 / 128;
  return (x - 0.5) * Math.log(t) - t + Math.log(Math.sqrt(2 * Math.PI) * sum);
}

/**
 * The density p^x q^(n−x) Γ(n+1) / (Γ(x+1) Γ(n−x+1)) with q = 1 − p given apart, for real 0 ≤ x ≤ n: the binomial
 * probability when both are whole. C. Loader's saddle-point expansion (2000), free of the cancellation that logarithms
 * of large factorials suffer.
 */
export function binomialDensity(x: number, n: number, p: number, q: number): number {
  if (p === 0) return x === 0 ? 1 : 0;
  if (q === 0) return x === n ? 1 : 0;
  if (x === 0) return Math.exp(n * logOneMinus(p, q));
  if (x === n) return Math.exp(n * logOneMinus(q, p));
  const exponent =
    stirlingError(n) - stirlingError(x) - stirlingError(n - x) - deviance(x, n * p) - deviance(n - x, n * q);
  return Math.sqrt(n / (2 * Math.PI * x * (n - x))) * Math.exp(exponent);
}

/** log(1 − p) where q = 1 − p, from whichever of the two is the more exact. */
function logOneMinus(p: number, q: number): number {
  return p < 0.5 ? Math.log1p(-p) : Math.log(q);
}

/** log n! minus Stirling's formula for it. */
function stirlingError(n: number): number {
  if (n >= 16) return stirlingSeries(n);
  return logGamma(n + 1) - (n + 0.5) * Math.log(n) + n - HALF_LOG_TWO_PI;
}

/** The asymptotic series 1/(12x) − 1/(360x³) + …; at x ≥ 16 its truncation error is below 1e-17. */
function stirlingSeries(x: number): number {
  const z = 1 / (x * x);
  let sum = 0;
  for (const c of STIRLING) sum = sum * z + c;
  return sum / x;
}

/** x log(x/m) + m − x, exact for x near m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let k = 3; ; k += 2) {
    term *= v * v;
    const next = sum + term / k;
    if (next === sum) return sum;
    sum = next;
  }
}

const HALF_LOG_TWO_PI = 0.9189385332046728;
const STIRLING = [-3617 / 122_400, 1 / 156, -691 / 360_360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];
const LANCZOS = [
  0.9999999999999971, 57.15623566586292, -59.59796035547549, 14.136097974741746, -0.4919138160976202,
  0.00003399464998481189, 0.00004652362892704858, -0.00009837447530487956, 0.0001580887032249125,
  -0.00021026444172410488, 0.00021743961811521265, -0.0001643181065367639, 0.00008441822398385275,
  -0.000026190838401581408, 0.0000036899182659531625,
];

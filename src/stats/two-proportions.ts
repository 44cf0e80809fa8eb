import { logGamma } from "./gamma.ts";
import { normalTwoSided } from "./normal.ts";
import { wilson } from "./proportion.ts";

/** Successes of two independent groups. */
export interface TwoProportions {
  readonly k1: number;
  readonly n1: number;
  readonly k2: number;
  readonly n2: number;
}

/** z-test of p₁ = p₂ with the pooled proportion, two-sided. */
export function twoProportionTest({ k1, n1, k2, n2 }: TwoProportions): { readonly z: number; readonly p: number } {
  const pooled = (k1 + k2) / (n1 + n2);
  const z = (k1 / n1 - k2 / n2) / Math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2));
  return { z, p: normalTwoSided(z) };
}

/** Fisher's exact test, two-sided: the probability of every table with these margins that is no likelier. */
export function fisherExact({ k1, n1, k2, n2 }: TwoProportions): number {
  const k = k1 + k2;
  const logProbability = (i: number): number => logChoose(n1, i) + logChoose(n2, k - i) - logChoose(n1 + n2, k);
  // The slack counts tables of equal probability that rounding set apart, as R and scipy have it.
  const limit = logProbability(k1) + Math.log1p(1e-7);
  let p = 0;
  for (let i = Math.max(0, k - n2); i <= Math.min(k, n1); i++) {
    const here = logProbability(i);
    if (here <= limit) p += Math.exp(here);
  }
  return Math.min(1, p);
}

/** Newcombe's interval of p₁ − p₂ from the two Wilson intervals (1998, method 10). */
export function newcombe({ k1, n1, k2, n2 }: TwoProportions, level: number): readonly [number, number] {
  const [p1, p2] = [k1 / n1, k2 / n2];
  const [lo1, hi1] = wilson(p1, n1, { level });
  const [lo2, hi2] = wilson(p2, n2, { level });
  return [p1 - p2 - Math.hypot(p1 - lo1, hi2 - p2), p1 - p2 + Math.hypot(hi1 - p1, p2 - lo2)];
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

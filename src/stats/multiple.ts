/*
 * Adjusted p-values of several tests looked at together, in the order given: reject where one is at most alpha. Holm for
 * decisions, Benjamini–Hochberg for exploration. NaNs are not allowed. Checked against statsmodels' multipletests.
 */

/** Bonferroni: the family-wise error rate under any dependence, at its plainest. */
export function bonferroni(p: readonly number[]): number[] {
  return p.map((x) => Math.min(1, x * p.length));
}

/** Holm's step-down procedure (1979): family-wise error rate under any dependence, never weaker than Bonferroni. */
export function holm(p: readonly number[]): number[] {
  return stepDown(p, (x, left) => x * left);
}

/** Holm's procedure with Šidák's bound: family-wise error rate of independent (or positively dependent) tests. */
export function holmSidak(p: readonly number[]): number[] {
  return stepDown(p, (x, left) => -Math.expm1(left * Math.log1p(-x)));
}

/** Benjamini and Hochberg's step-up procedure (1995): false discovery rate of independent or positively dependent tests. */
export function benjaminiHochberg(p: readonly number[]): number[] {
  return stepUp(p, 1);
}

/** Benjamini and Yekutieli's step-up procedure (2001): false discovery rate under any dependence. */
export function benjaminiYekutieli(p: readonly number[]): number[] {
  let harmonic = 0;
  for (let i = 1; i <= p.length; i++) harmonic += 1 / i;
  return stepUp(p, harmonic);
}

/** From the smallest p up; no adjusted value may fall below one before it. */
function stepDown(p: readonly number[], adjust: (x: number, left: number) => number): number[] {
  const adjusted = Array.from<number>({ length: p.length });
  let highest = 0;
  for (const [rank, index] of ascending(p).entries()) {
    highest = Math.max(highest, Math.min(1, adjust(p[index] as number, p.length - rank)));
    adjusted[index] = highest;
  }
  return adjusted;
}

/** From the largest p down; no adjusted value may exceed one after it. */
function stepUp(p: readonly number[], factor: number): number[] {
  const adjusted = Array.from<number>({ length: p.length });
  const order = ascending(p);
  let lowest = 1;
  for (let rank = p.length; rank >= 1; rank--) {
    const index = order[rank - 1] as number;
    lowest = Math.min(lowest, ((p[index] as number) * factor * p.length) / rank);
    adjusted[index] = lowest;
  }
  return adjusted;
}

function ascending(p: readonly number[]): number[] {
  return p.map((_, i) => i).sort((i, j) => (p[i] as number) - (p[j] as number));
}

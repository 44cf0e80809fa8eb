/** A part of the population that is sampled on its own. */
export interface Stratum {
  readonly name: string;
  /** Members. */
  readonly size: number;
  /** Factor on its share: 1, or more where it should be looked at more closely. */
  readonly emphasis?: number;
  /** Its own least number, where it differs. */
  readonly least?: number;
}

/**
 * How many to draw from each stratum: shares by the square root of its size, so that small ones are seen, at least
 * `least` (or all it has), together `total` (or all there are). M. Bankier, "Power allocations", 1988, with q = ½.
 */
export function allocate(strata: readonly Stratum[], total: number, least: number): number[] {
  const wanted = Math.min(
    total,
    strata.reduce((sum, { size }) => sum + size, 0),
  );
  const floor = strata.map((stratum) => Math.min(stratum.size, stratum.least ?? least));
  // Too many strata for everyone to get the least: the square roots alone decide.
  const drawn = floor.reduce((sum, n) => sum + n, 0) <= wanted ? floor : strata.map(() => 0);
  const shares = strata.map(({ size, emphasis = 1 }) => Math.sqrt(size) * emphasis);
  for (let left = wanted - drawn.reduce((sum, n) => sum + n, 0); left > 0; left--) {
    // One at a time to whoever lies farthest below its share (D'Hondt): whole numbers without rounding.
    let best = -1;
    let most = -1;
    for (const [index, { size }] of strata.entries()) {
      const n = drawn[index] ?? 0;
      const claim = (shares[index] ?? 0) / (n + 1);
      if (n < size && claim > most) [best, most] = [index, claim];
    }
    if (best < 0) break;
    drawn[best] = (drawn[best] ?? 0) + 1;
  }
  return drawn;
}

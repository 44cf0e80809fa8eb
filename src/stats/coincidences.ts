/**
 * Krippendorff's alpha (2011) for ordinal ratings from the sum of all units' coincidences: `counts[a * size + b]` is how
 * often one rater gave `a` and another `b`, every ordered pair of a unit weighing 1 / (its ratings − 1). Equal to
 * `krippendorffAlpha` of the ratings, but a sum over units, so that a bootstrap needs no ratings. Null where all ratings
 * are equal: chance alone would agree too.
 */
export function alphaOfCoincidences(counts: Float64Array, size: number): number | null {
  const totals = new Float64Array(size);
  for (const [cell, count] of counts.entries()) {
    const row = Math.floor(cell / size);
    totals[row] = (totals[row] ?? 0) + count;
  }
  const n = totals.reduce((sum, total) => sum + total, 0);
  let observed = 0;
  let expected = 0;
  for (let a = 0; a < size; a++) {
    let between = (totals[a] ?? 0) / 2;
    for (let b = a + 1; b < size; b++) {
      const distance = (between + (totals[b] ?? 0) / 2) ** 2;
      observed += ((counts[a * size + b] ?? 0) + (counts[b * size + a] ?? 0)) * distance;
      expected += 2 * (totals[a] ?? 0) * (totals[b] ?? 0) * distance;
      between += totals[b] ?? 0;
    }
  }
  return expected > 0 ? 1 - ((n - 1) * observed) / expected : null;
}

/**
 * Counts of true class (row) by predicted class (column). One more column than rows counts samples without a
 * prediction.
 */
export type Confusion = readonly (readonly number[])[];

/** Counts pairs of class indices of equally many samples. A pair with an index that is no class is left out. */
export function confusionMatrix(truth: readonly number[], predicted: readonly number[], classes: number): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [index, row] of truth.entries()) {
    const column = predicted[index] as number;
    const cells = counts[row];
    if (cells?.[column] !== undefined) cells[column] += 1;
  }
  return counts;
}

/** How much a disagreement weighs: each alike, or by the distance of the classes' indices or its square. */
export type KappaWeights = "none" | "linear" | "quadratic";

function weightOf(weights: KappaWeights, distance: number): number {
  if (weights === "linear") return distance;
  return weights === "quadratic" ? distance ** 2 : Math.min(distance, 1);
}

/**
 * Cohen's kappa (cohen_kappa_score of scikit-learn 1.9.1), at most 1. NaN where agreement by chance is certain. A
 * missing prediction weighs as much as the worst one.
 */
export function cohenKappa(confusion: Confusion, weights: KappaWeights = "none"): number {
  const classes = confusion.length;
  const truth = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const n = truth.reduce((sum, count) => sum + count, 0);
  let observed = 0;
  let expected = 0;
  for (let column = 0; column < (confusion[0]?.length ?? 0); column++) {
    const predicted = confusion.reduce((sum, row) => sum + (row[column] as number), 0);
    for (const [index, row] of confusion.entries()) {
      const distance = column < classes ? Math.abs(index - column) : Math.max(index, classes - 1 - index, 1);
      const weight = weightOf(weights, distance);
      observed += weight * (row[column] as number);
      expected += (weight * (truth[index] as number) * predicted) / n;
    }
  }
  return 1 - observed / expected;
}

export interface ChrfScoreSettings {
  /** Number of orders, of characters and of words together. */
  readonly orders: number;
  readonly beta: number;
  readonly epsSmoothing: boolean;
}

/** Stands for a share whose denominator is 0. */
const EPSILON = 1e-16;

/**
 * chrF, 0 to 100, from sums of statistics: for each order n-grams of the hypothesis, of the reference, and matches.
 * Equal to sacrebleu 2.6.0.
 */
export function chrfScore(sums: ArrayLike<number>, { orders, beta, epsSmoothing }: ChrfScoreSettings): number {
  const factor = beta ** 2;
  let [smoothed, precisions, recalls, effective] = [0, 0, 0, 0];
  for (let order = 0; order < orders; order++) {
    const hypothesis = sums[3 * order] as number;
    const reference = sums[3 * order + 1] as number;
    const matches = sums[3 * order + 2] as number;
    const precision = hypothesis > 0 ? matches / hypothesis : EPSILON;
    const recall = reference > 0 ? matches / reference : EPSILON;
    const denominator = factor * precision + recall;
    smoothed += denominator > 0 ? ((1 + factor) * precision * recall) / denominator : EPSILON;
    if (hypothesis > 0 && reference > 0) {
      precisions += precision;
      recalls += recall;
      effective++;
    }
  }
  if (epsSmoothing) return (100 * smoothed) / orders;
  if (precisions + recalls === 0) return 0;
  const [precision, recall] = [precisions / effective, recalls / effective];
  return (100 * (1 + factor) * precision * recall) / (factor * precision + recall);
}

import type { Confusion } from "./confusion.ts";

/** Three numbers a class, in the order of the classes: rightly predicted, predicted, true. */
export type ClassCounts = ArrayLike<number>;

export type Average = "macro" | "micro" | "weighted";

interface OneClass {
  readonly right: number;
  readonly predicted: number;
  readonly truth: number;
}

/** The counts of each class. */
export function eachClass(counts: ClassCounts): OneClass[] {
  return Array.from({ length: counts.length / 3 }, (_, index) => ({
    right: counts[3 * index] as number,
    predicted: counts[3 * index + 1] as number,
    truth: counts[3 * index + 2] as number,
  }));
}

/** The counts of a square confusion matrix. */
export function classCounts(confusion: Confusion): ClassCounts {
  return confusion.flatMap((row, index) => [
    row[index] as number,
    confusion.reduce((sum, other) => sum + (other[index] as number), 0),
    row.reduce((sum, count) => sum + count, 0),
  ]);
}

/**
 * F1 0..1. Classes that are neither predicted nor true are left out, as f1_score of scikit-learn 1.9.1 does with its
 * default labels; 0 if that leaves none.
 */
export function averageF1(counts: ClassCounts, average: Average): number {
  let sum = 0;
  let weights = 0;
  let allRight = 0;
  let allMarked = 0;
  for (const { right, predicted, truth } of eachClass(counts)) {
    if (predicted + truth === 0) continue;
    const weight = average === "weighted" ? truth : 1;
    sum += (weight * 2 * right) / (predicted + truth);
    weights += weight;
    allRight += right;
    allMarked += predicted + truth;
  }
  if (average === "micro") return allMarked === 0 ? 0 : (2 * allRight) / allMarked;
  return weights === 0 ? 0 : sum / weights;
}

/** Mean recall 0..1 of the classes that were true (balanced_accuracy_score of scikit-learn 1.9.1). */
export function balancedAccuracy(counts: ClassCounts): number {
  const recalls = eachClass(counts).flatMap(({ right, truth }) => (truth === 0 ? [] : [right / truth]));
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

/**
 * Matthews' correlation coefficient −1..1 for any number of classes (matthews_corrcoef of scikit-learn 1.9.1); 0 where
 * it is undefined.
 * @param n number of samples; those without a prediction are one more class that is never true
 */
export function matthews(counts: ClassCounts, n: number): number {
  let right = 0;
  let both = 0;
  let truthSquares = 0;
  let predicted = 0;
  let predictedSquares = 0;
  for (const one of eachClass(counts)) {
    right += one.right;
    both += one.truth * one.predicted;
    truthSquares += one.truth ** 2;
    predicted += one.predicted;
    predictedSquares += one.predicted ** 2;
  }
  const spread = (n * n - predictedSquares - (n - predicted) ** 2) * (n * n - truthSquares);
  return spread === 0 ? 0 : (right * n - both) / Math.sqrt(spread);
}

import { type ClassCounts, eachClass } from "./class-counts.ts";

/** Each 0..1. */
interface ClassScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** precision_recall_fscore_support of scikit-learn 1.9.1, for each class and averaged over all of them. */
export interface ClassReport {
  /** Support is how often the class was true. */
  readonly perClass: readonly (ClassScores & { readonly support: number })[];
  /** Each class counts alike. */
  readonly macro: ClassScores;
  /** Each sample counts alike. */
  readonly micro: ClassScores;
  /** Each class counts as often as it was true. */
  readonly weighted: ClassScores;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** @param zeroDivision what a ratio without a denominator is: 0, 1 or NaN. NaN is left out of averages. */
export function classReport(counts: ClassCounts, zeroDivision = 0): ClassReport {
  const classes = eachClass(counts);
  const scores = (right: number, predicted: number, truth: number): ClassScores => ({
    precision: predicted === 0 ? zeroDivision : right / predicted,
    recall: truth === 0 ? zeroDivision : right / truth,
    f1: predicted + truth === 0 ? zeroDivision : (2 * right) / (predicted + truth),
  });
  const perClass = classes.map(({ right, predicted, truth }) => ({
    ...scores(right, predicted, truth),
    support: truth,
  }));
  const averaged = (weightOf: (support: number) => number): ClassScores => {
    const mean = (measure: keyof ClassScores): number => {
      const defined = perClass.filter((one) => !Number.isNaN(one[measure]));
      const weights = total(defined.map(({ support }) => weightOf(support)));
      if (weights === 0) return zeroDivision;
      return total(defined.map((one) => weightOf(one.support) * one[measure])) / weights;
    };
    return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
  };
  const sumOf = (count: keyof (typeof classes)[number]): number => total(classes.map((one) => one[count]));
  return {
    perClass,
    macro: averaged(() => 1),
    micro: scores(sumOf("right"), sumOf("predicted"), sumOf("truth")),
    weighted: averaged((support) => support),
  };
}

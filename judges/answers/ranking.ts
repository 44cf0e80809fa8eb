/** A score and whether its sample is of the positive class. */
export interface Ranked {
  readonly score: number;
  readonly positive: boolean;
}

/** From the highest score down, samples of equal score together: how many of each class have that score or a higher. */
function thresholds(samples: readonly Ranked[]): { readonly positives: number; readonly negatives: number }[] {
  const sorted = samples.toSorted((a, b) => b.score - a.score);
  const steps: { positives: number; negatives: number }[] = [];
  let positives = 0;
  let negatives = 0;
  for (const [index, sample] of sorted.entries()) {
    if (sample.positive) positives++;
    else negatives++;
    if (sorted[index + 1]?.score !== sample.score) steps.push({ positives, negatives });
  }
  return steps;
}

/** Area under the ROC curve by trapezoids (roc_auc_score of scikit-learn 1.9.1), 0..1. NaN unless both classes occur. */
export function rocAuc(samples: readonly Ranked[]): number {
  const steps = thresholds(samples);
  const last = steps.at(-1);
  let area = 0;
  let positives = 0;
  let negatives = 0;
  for (const step of steps) {
    area += ((step.negatives - negatives) * (step.positives + positives)) / 2;
    ({ positives, negatives } = step);
  }
  return last === undefined ? Number.NaN : area / (last.positives * last.negatives);
}

/** Precision weighted by the gain in recall, without interpolation (average_precision_score of scikit-learn 1.9.1). */
export function averagePrecision(samples: readonly Ranked[]): number {
  const steps = thresholds(samples);
  let sum = 0;
  let positives = 0;
  for (const step of steps) {
    sum += ((step.positives - positives) * step.positives) / (step.positives + step.negatives);
    positives = step.positives;
  }
  return positives === 0 ? 0 : sum / positives;
}

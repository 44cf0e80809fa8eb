import { quantile } from "../../src/stats/quantile.ts";
import type { RougeScore } from "./scorer.ts";

export interface AggregateOptions {
  /** Default 1000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly level?: number;
  /** A whole number from 0 to below `bound`, each equally likely. */
  readonly draw: (bound: number) => number;
}

/** Bounds of a bootstrap interval of the mean. `mid` is the median of the resamples' means, not the mean. */
export interface RougeAggregate {
  readonly low: RougeScore;
  readonly mid: RougeScore;
  readonly high: RougeScore;
}

const MEASURES = ["precision", "recall", "fmeasure"] as const;

/**
 * BootstrapAggregator of rouge_score 0.1.2, for scores of one type; at least one. Equal to it where `draw` yields
 * what `numpy.random.choice` does. Kept for comparing with published figures: a run's own intervals are made in stats.
 */
export function aggregate(scores: readonly RougeScore[], options: AggregateOptions): RougeAggregate {
  const { resamples = 1000, level = 0.95, draw } = options;
  const means = MEASURES.map(() => new Float64Array(resamples));
  for (let resample = 0; resample < resamples; resample++) {
    const sums = [0, 0, 0];
    for (let i = 0; i < scores.length; i++) {
      const score = scores[draw(scores.length)] as RougeScore;
      for (const [at, measure] of MEASURES.entries()) sums[at] = (sums[at] as number) + score[measure];
    }
    for (const [at, sum] of sums.entries()) (means[at] as Float64Array)[resample] = sum / scores.length;
  }
  for (const values of means) values.sort();
  const bound = (q: number): RougeScore => {
    const [precision, recall, fmeasure] = means.map((values) => quantile(values, q)) as [number, number, number];
    return { precision, recall, fmeasure };
  };
  const tail = (1 - level) / 2;
  return { low: bound(tail), mid: bound(0.5), high: bound(1 - tail) };
}

import type { Judge, Metric } from "../../src/core/judge.ts";
import { attemptWithReferences } from "../metric/attempt.ts";
import type { SegmentStatistics } from "./corpus.ts";

/** A sample's row of statistics. */
export type OverlapStats = readonly number[];

/** What a judge says of its one metric, and how statistics give its values. */
export interface CorpusJudge {
  readonly name: string;
  readonly signature: string;
  readonly statistics: SegmentStatistics;
  readonly higherIsBetter: boolean;
  readonly range: readonly [number, number];
  /** The score of summed statistics. */
  readonly score: (sums: ArrayLike<number>) => number;
  /** The score of one sample where it is not that of a corpus of one. */
  readonly sampleScore?: (stats: OverlapStats) => number;
}

function pack(stats: readonly OverlapStats[], width: number): Float64Array {
  const rows = new Float64Array(stats.length * width);
  for (const [index, row] of stats.entries()) rows.set(row, index * width);
  return rows;
}

/** A judge of one metric whose value is that of sums of statistics, not a mean of its samples' values. */
export function corpusJudge(judge: CorpusJudge): Judge<OverlapStats> {
  const { name, statistics, score, sampleScore = score } = judge;
  const { width } = statistics;
  const metric: Metric<OverlapStats> = {
    name,
    higherIsBetter: judge.higherIsBetter,
    range: judge.range,
    unit: "percent",
    perSample: sampleScore,
    sufficient: (stats) => ({
      n: stats.length,
      width,
      rows: pack(stats, width),
      proportion: false,
      mean: false,
      scale: 1,
      value: (sums) => score(sums),
    }),
  };
  return {
    name,
    version: "1",
    signature: judge.signature,
    metrics: [metric],
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const row = new Float64Array(width);
        statistics.statistics(completion.text, sample.references, row);
        return Array.from(row);
      }),
  };
}

import type { Metric } from "../../src/core/judge.ts";
import { alphaOfCoincidences } from "../../src/stats/coincidences.ts";
import { cohenKappa } from "../answers/confusion.ts";
import type { LlmStats } from "./statistics.ts";

interface TableOptions {
  readonly name: string;
  /** Number of possible ratings. */
  readonly size: number;
  readonly applies: (stats: LlmStats) => boolean;
  /** A sample's own agreement, 0 to 1. */
  readonly perSample: (stats: LlmStats) => number;
  /** Adds a sample to a table of `size` × `size` counts. */
  readonly count: (stats: LlmStats, table: Float64Array) => void;
  /** NaN where all ratings are equal: chance alone would agree too. */
  readonly value: (sums: Float64Array) => number;
}

/** A coefficient of agreement that the sum of all samples' tables decides. */
function tableMetric({ name, size, value, count, applies, perSample }: TableOptions): Metric<LlmStats> {
  const width = size * size;
  return {
    name,
    higherIsBetter: true,
    range: [-1, 1],
    unit: "number",
    diagnostic: true,
    applies,
    perSample,
    sufficient: (stats) => {
      const rows = new Float64Array(stats.length * width);
      for (const [index, each] of stats.entries()) count(each, rows.subarray(index * width, (index + 1) * width));
      return { n: stats.length, width, rows, proportion: false, mean: false, scale: 1, value };
    },
  };
}

/** Adds every ordered pair of different raters' ratings, so that a sample weighs as much as it has ratings. */
function countPairs(ratings: readonly number[], size: number, table: Float64Array): void {
  for (const [i, a] of ratings.entries()) {
    for (const [j, b] of ratings.entries()) {
      if (i !== j) table[a * size + b] = (table[a * size + b] ?? 0) + 1 / (ratings.length - 1);
    }
  }
}

/** Share of the pairs of raters that gave the same rating. */
function equalPairs(ratings: readonly number[]): number {
  let equal = 0;
  for (const [i, a] of ratings.entries()) for (const b of ratings.slice(i + 1)) equal += Number(a === b);
  return equal / ((ratings.length * (ratings.length - 1)) / 2);
}

/** Krippendorff's alpha (ordinal) among the models of a jury. */
export function juryAlpha(size: number): Metric<LlmStats> {
  return tableMetric({
    name: "jury_alpha",
    size,
    applies: ({ ratings }) => ratings.length > 1,
    perSample: ({ ratings }) => equalPairs(ratings),
    count: ({ ratings }, table) => countPairs(ratings, size, table),
    value: (sums) => alphaOfCoincidences(sums, size) ?? Number.NaN,
  });
}

/** The jury's verdict: the rounded mean of its ratings. */
function verdictOf({ ratings }: LlmStats): number {
  return Math.round(ratings.reduce((sum, rating) => sum + rating, 0) / ratings.length);
}

const hasHuman = ({ human }: LlmStats): boolean => human !== undefined;
const agrees = (stats: LlmStats): number => (verdictOf(stats) === stats.human ? 1 : 0);

/** Agreement of the verdict with a person's, over the samples that have both. */
export function humanAgreement(size: number): Metric<LlmStats>[] {
  return [
    tableMetric({
      name: "human_kappa",
      size,
      applies: hasHuman,
      perSample: agrees,
      count: (stats, table) => {
        if (stats.human !== undefined) table[stats.human * size + verdictOf(stats)] = 1;
      },
      value: (sums) =>
        cohenKappa(
          Array.from({ length: size }, (_, row) => Array.from(sums.subarray(row * size, (row + 1) * size))),
          "quadratic",
        ),
    }),
    tableMetric({
      name: "human_alpha",
      size,
      applies: hasHuman,
      perSample: agrees,
      count: (stats, table) => {
        if (stats.human !== undefined) countPairs([stats.human, verdictOf(stats)], size, table);
      },
      value: (sums) => alphaOfCoincidences(sums, size) ?? Number.NaN,
    }),
  ];
}

import type { Estimate } from "../../core/estimate.ts";
import { weightedMean } from "../../stats/weighted-mean.ts";

/** What a judge said of an item, and what people said. */
export interface Observation {
  readonly judge: number;
  /** 0..1. */
  readonly people: number;
}

/** Items on which a judge said about the same. */
export interface CalibrationBin {
  /** Smallest and largest number of the judge. */
  readonly lo: number;
  readonly hi: number;
  readonly n: number;
  /** Mean of the judge. */
  readonly judge: number;
  /** Mean of people, 0..1. */
  readonly people: Estimate | null;
}

const MOST_BINS = 5;
/** With fewer items a bin says nothing. */
const LEAST_IN_BIN = 10;

/** What people say where a judge says more or less: up to five bins of about equally many items, ties together. */
export function calibrationBins(observations: readonly Observation[]): CalibrationBin[] {
  const sorted = observations.toSorted((a, b) => a.judge - b.judge);
  const wanted = Math.max(1, Math.min(MOST_BINS, Math.floor(sorted.length / LEAST_IN_BIN)));
  const bins: Observation[][] = [];
  let start = 0;
  for (let bin = 1; bin <= wanted && start < sorted.length; bin++) {
    let end = bin === wanted ? sorted.length : Math.max(start + 1, Math.round((bin * sorted.length) / wanted));
    while (end < sorted.length && sorted[end]?.judge === sorted[end - 1]?.judge) end++;
    bins.push(sorted.slice(start, end));
    start = end;
  }
  return bins.map((members) => ({
    lo: members[0]?.judge ?? 0,
    hi: members.at(-1)?.judge ?? 0,
    n: members.length,
    judge: members.reduce((sum, { judge }) => sum + judge, 0) / members.length,
    people: weightedMean(
      members.map(({ people }) => ({ value: people, weight: 1 })),
      { range: [0, 1], isShare: true },
    ),
  }));
}

/** How far a judge's numbers, taken as fractions of its range, are from what people say. */
export interface CalibrationGap {
  /** Mean of judge less people: above 0 it is too kind. */
  readonly bias: number;
  /** Mean gap of the bins, weighted by items (as the expected calibration error of Guo et al. 2017). */
  readonly error: number;
}

/** Null where the range has no ends, so that its numbers are no fractions. */
export function calibrationGap(
  bins: readonly CalibrationBin[],
  [low, high]: readonly [number, number],
): CalibrationGap | null {
  const n = bins.reduce((sum, bin) => sum + bin.n, 0);
  if (!Number.isFinite(high - low) || n === 0) return null;
  const gaps = bins.map((bin) => ({ n: bin.n, gap: (bin.judge - low) / (high - low) - (bin.people?.value ?? 0) }));
  return {
    bias: gaps.reduce((sum, { n: count, gap }) => sum + (count / n) * gap, 0),
    error: gaps.reduce((sum, { n: count, gap }) => sum + (count / n) * Math.abs(gap), 0),
  };
}

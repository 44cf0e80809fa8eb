import { EvalhError } from "../../src/core/errors.ts";
import { sortedLabels } from "./labels.ts";

/** The answer to one sample of a task with labels. */
export type LabelStats = {
  /** The label answered; null where the output holds none. */
  readonly predicted: string | null;
  /** The true label: the accepted one that was answered, else the first. */
  readonly target: string;
};

/** Memory for the statistics of one metric: 400 MB. */
const MAX_CELLS = 5e7;

/** The labels that occur, by code points. */
export function labelsOf(stats: readonly LabelStats[]): string[] {
  return sortedLabels(stats.flatMap(({ target, predicted }) => (predicted === null ? [target] : [target, predicted])));
}

/**
 * One row a sample. `mark` is called with the row's first index and the label's indices, -1 where there is none.
 * @throws EvalhError E_JUDGE if so many labels were answered that the rows would not fit into memory
 */
export function labelRows(
  stats: readonly LabelStats[],
  labels: readonly string[],
  width: number,
  mark: (rows: Float64Array, start: number, target: number, predicted: number) => void,
): Float64Array {
  if (stats.length * width > MAX_CELLS) {
    throw new EvalhError("E_JUDGE", `The answers to ${stats.length} samples are ${labels.length} different labels.`, {
      hint: "Give the task `choices`, or judge free text with exact_match or token_f1.",
    });
  }
  const indexOf = new Map(labels.map((label, index) => [label, index]));
  const rows = new Float64Array(stats.length * width);
  for (const [index, { target, predicted }] of stats.entries()) {
    const predictedIndex = predicted === null ? -1 : (indexOf.get(predicted) ?? -1);
    mark(rows, index * width, indexOf.get(target) ?? -1, predictedIndex);
  }
  return rows;
}

/** Rows whose sums are ClassCounts. */
export function countRows(stats: readonly LabelStats[], labels: readonly string[]): Float64Array {
  return labelRows(stats, labels, 3 * labels.length, (rows, start, target, predicted) => {
    if (predicted >= 0) rows[start + 3 * predicted + 1] = 1;
    if (target < 0) return;
    rows[start + 3 * target + 2] = 1;
    if (predicted === target) rows[start + 3 * target] = 1;
  });
}

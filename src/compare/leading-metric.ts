import { shipMetric } from "./ship.ts";
import type { RunData, RunMetric } from "./run-data.ts";
import { unitKey } from "./shard-scan.ts";

/** A metric by which a single answer is right or wrong. */
export interface RightOrWrong {
  readonly row: RunMetric;
  /** Whether a per-sample score counts as right. */
  readonly isRight: (score: number) => boolean;
}

/**
 * The metric by which answers to a test unit are called right or wrong: one that knows nothing else, where the task has
 * one (the metric to ship by before others), otherwise the first. A score in the better half of the metric's range is right, so that 0/1 scores are what they say;
 * a metric without bounds, such as a perplexity, cannot tell.
 */
export function leadingMetric(data: RunData, unit: string): RightOrWrong | null {
  // A total is the answer to no question.
  const rows = data.metrics.filter(
    (row) => unitKey(row.unit) === unit && row.metric.diagnostic !== true && row.unit.kind !== "total",
  );
  const shipped = shipMetric(data)?.key.replace("@validation/", "/");
  const rank = ({ key }: RunMetric): number => (isRightOrWrong(data, key) ? 2 : 0) + (key === shipped ? 1 : 0);
  const ordered = rows.toSorted((a, b) => rank(b) - rank(a));
  for (const row of ordered) {
    const [low, high] = row.metric.range;
    if (!Number.isFinite(low) || !Number.isFinite(high)) continue;
    const middle = (low + high) / 2;
    const { higherIsBetter } = row.metric;
    return { row, isRight: (score) => (higherIsBetter ? score > middle : score < middle) };
  }
  return null;
}

/** True for a metric that scores each answer with one of two values. */
function isRightOrWrong(data: RunData, key: string): boolean {
  return data.columns.get(key)?.some((column) => column?.sufficient.proportion === true) ?? false;
}

/** The leading metric of the task that the checkpoint to ship is chosen by, on its test samples. */
export function chosenRow(data: RunData): RightOrWrong | null {
  const task = shipMetric(data)?.unit.task;
  return task === undefined ? null : leadingMetric(data, task);
}

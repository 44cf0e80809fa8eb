import { smallestDetectableDifference } from "../stats/power.ts";
import { pairColumns } from "./metric-column.ts";
import type { RunData } from "./run-data.ts";

/**
 * The smallest paired difference, in the metric's unit, that this many samples show with 80 % power at the 5 % level,
 * given how much the per-sample scores of neighbouring checkpoints really differ. Null with fewer than two checkpoints
 * or where they never differ.
 */
export function detectableDifference(data: RunData, key: string): number | null {
  const columns = (data.columns.get(key) ?? []).filter(
    (column, index) => column !== null && data.checkpoints[index]?.role === "series",
  );
  const deviations: number[] = [];
  let n = 0;
  for (let index = 1; index < columns.length; index++) {
    const before = columns[index - 1];
    const after = columns[index];
    if (before == null || after == null) continue;
    const [a, b] = pairColumns(before, after);
    const changes = b.perSample.map((value, at) => value - (a.perSample[at] ?? 0));
    n = Math.max(n, changes.length);
    const deviation = standardDeviation(changes);
    if (deviation > 0) deviations.push(deviation);
  }
  const typical = deviations.sort((a, b) => a - b)[Math.floor(deviations.length / 2)];
  return typical === undefined || n < 2 ? null : smallestDetectableDifference({ n, sd: typical });
}

function standardDeviation(values: Float64Array): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

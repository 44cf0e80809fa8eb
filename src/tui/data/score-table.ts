import type { RunData } from "../../compare/run-data.ts";
import type { UnitInfo } from "../../run/store/records.ts";
import type { TaskSamples } from "../model/task-samples.ts";

/** Per-sample scores of one unit by sample instead of by place in a column. */
export type ScoreTable = Pick<TaskSamples, "score" | "seen">;

/** Rows are spread out when they are first asked for. */
export function scoreTable(data: RunData, unit: UnitInfo): ScoreTable {
  const rows = new Map<string, SpreadRow>();
  const rowOf = (key: string): SpreadRow => {
    const row = rows.get(key) ?? spreadRow(data, key, unit.n);
    rows.set(key, row);
    return row;
  };
  return {
    score: (key, checkpoint, sample) => rowOf(key).scores[checkpoint]?.[sample] ?? Number.NaN,
    seen: (key) => rowOf(key).seen,
  };
}

interface SpreadRow {
  /** Checkpoint → one score a sample, NaN where there is none. */
  readonly scores: readonly Float64Array[];
  readonly seen: ReturnType<TaskSamples["seen"]>;
}

function spreadRow(data: RunData, key: string, n: number): SpreadRow {
  const values = new Set<number>();
  let low = Infinity;
  let high = -Infinity;
  const scores = (data.columns.get(key) ?? []).map((column) => {
    const spread = new Float64Array(n).fill(Number.NaN);
    if (column === null) return spread;
    for (const [index, ordinal] of column.ordinals.entries()) {
      const value = column.perSample[index] as number;
      spread[ordinal] = value;
      if (Number.isNaN(value)) continue;
      // More than two values are enough to know.
      if (values.size < 3) values.add(value);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return spread;
  });
  return { scores, seen: { low, high, isBinary: values.size <= 2 } };
}

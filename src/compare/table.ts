import { estimate } from "../stats/estimate.ts";
import { hashSeed } from "../stats/hash-seed.ts";
import type { Cell } from "./comparison.ts";
import { correct, difference, type RawDifference } from "./difference.ts";
import type { RunData, RunMetric } from "./run-data.ts";
import { unitKey } from "./shard-scan.ts";

interface TableOptions {
  readonly base: string;
  readonly alpha: number;
  readonly seed: number;
}

/**
 * Every metric of every checkpoint with its interval and its paired difference: from the base for the series, from
 * the parent for a variant. One Holm correction spans all differences of the test split; those of the
 * other splits are corrected among themselves. What tells of the judging alone has none.
 */
export function compareCells(data: RunData, options: TableOptions): Record<string, readonly Cell[]> {
  const raw = new Map(data.metrics.map((row) => [row.key, rawDifferences(data, row, options)]));
  const cells: Record<string, readonly Cell[]> = {};
  for (const split of ["test", "validation", "train"] as const) {
    const rows = data.metrics.filter((row) => row.unit.split === split);
    const flat = rows.flatMap((row) => (raw.get(row.key) ?? []).filter((item) => item !== null));
    const corrected = correct(flat, options.alpha);
    let next = 0;
    for (const row of rows) {
      cells[row.key] = (raw.get(row.key) ?? []).map((item, index) => {
        const found = item === null ? null : (corrected[next++] ?? null);
        return { ...scoreCell(data, row, { index, seed: options.seed }), difference: found };
      });
    }
  }
  return cells;
}

function rawDifferences(data: RunData, row: RunMetric, { base, seed }: TableOptions): (RawDifference | null)[] {
  const columns = data.columns.get(row.key) ?? [];
  if (row.metric.diagnostic === true) return data.checkpoints.map(() => null);
  const indexOf = (id: string | null): number => data.checkpoints.findIndex((checkpoint) => checkpoint.id === id);
  return data.checkpoints.map((checkpoint, index) => {
    const against = indexOf(checkpoint.role === "variant" ? (checkpoint.parent ?? base) : base);
    const baseColumn = columns[against];
    const column = columns[index];
    if (against === index || baseColumn == null || column == null) return null;
    return difference(baseColumn, column, {
      seed: hashSeed(String(seed), row.key),
      higherIsBetter: row.metric.higherIsBetter,
    });
  });
}

function scoreCell(
  data: RunData,
  row: RunMetric,
  { index, seed }: { readonly index: number; readonly seed: number },
): Omit<Cell, "difference"> {
  const column = data.columns.get(row.key)?.[index] ?? null;
  const counts = data.counts.get(unitKey(row.unit))?.[index];
  return {
    estimate:
      column === null
        ? null
        : estimate(column.sufficient, { seed: hashSeed(String(seed), row.key), range: row.metric.range }),
    failed: (counts?.failed ?? 0) + (counts?.unjudged.get(row.judge.name) ?? 0),
    skipped: counts?.skipped.get(row.judge.name) ?? 0,
  };
}

import { hashSeed } from "../../stats/hash-seed.ts";
import type { PairedDifference } from "../comparison.ts";
import { correct, difference } from "../difference.ts";
import type { RunData, RunMetric } from "../run-data.ts";
import { metricConflict, type Baseline } from "./baseline.ts";

/** One metric of a checkpoint against the baseline. */
export interface BaselineChange {
  readonly row: RunMetric;
  /** Null where the two cannot be compared. */
  readonly difference: PairedDifference | null;
  /** Why not; null where they can. */
  readonly conflict: string | null;
  /** True if the test tells the change from noise, Holm's correction over all metrics, and it is for the worse. */
  readonly worse: boolean;
}

/** How every test metric of a checkpoint differs from the baseline. */
export function changesSince(baseline: Baseline, data: RunData, checkpoint: number): BaselineChange[] {
  const rows = data.metrics.filter(({ unit, metric }) => unit.split === "test" && metric.diagnostic !== true);
  const looked = rows.map((row) => {
    const conflict = metricConflict(baseline, row);
    const base = baseline.columns.get(row.key);
    const head = data.columns.get(row.key)?.[checkpoint];
    const seed = hashSeed(String(data.manifest.seed), row.key);
    const { higherIsBetter } = row.metric;
    const raw =
      conflict !== null || base === undefined || head == null ? null : difference(base, head, { seed, higherIsBetter });
    return { row, raw, conflict: conflict ?? (raw === null ? "there are no common scores" : null) };
  });
  const corrected = correct(
    looked.flatMap(({ raw }) => (raw === null ? [] : [raw])),
    data.manifest.alpha,
  );
  let next = 0;
  return looked.map(({ row, raw, conflict }) => {
    const found = raw === null ? null : (corrected[next++] ?? null);
    const isDrop = found !== null && found.value > 0 !== row.metric.higherIsBetter;
    return { row, difference: found, conflict, worse: found !== null && found.significant && isDrop };
  });
}

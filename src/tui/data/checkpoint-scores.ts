import { scanShard } from "../../compare/shard-scan.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Estimate } from "../../core/estimate.ts";
import { liveScores, testMetrics, type ScoredUnits } from "./live-scores.ts";

export interface CheckpointScore {
  readonly key: string;
  readonly unit: "percent" | "number";
  readonly estimate: Estimate;
}

/** The scores of one checkpoint from its stored answers, in the order of the run's metrics. Reads its shard once. */
export async function checkpointScores(
  folder: string,
  units: ScoredUnits,
  checkpoint: Checkpoint,
): Promise<readonly CheckpointScore[]> {
  const scores = liveScores(units, checkpoint);
  await scanShard({ folder, checkpoint: checkpoint.id }, units.manifest.units, (unit, slot, { record }) =>
    scores.add(unit, slot, record),
  );
  const estimates = scores.estimates();
  return testMetrics(units).flatMap(({ key, metric }) => {
    const estimate = estimates.get(key) ?? null;
    return estimate === null ? [] : [{ key, unit: metric.unit, estimate }];
  });
}

import { unitKey } from "../compare/shard-scan.ts";
import type { Checkpoint } from "../core/checkpoint.ts";
import { runsUnit } from "../run/plan.ts";
import type { PreparedRun } from "../run/prepare.ts";
import type { RunManifest } from "../run/store/records.ts";
import { checkpointScores, type CheckpointScore } from "../tui/data/checkpoint-scores.ts";

/** Reading the answers of larger checkpoints back would hold up the run; their scores come at its end. */
const SCORED_UP_TO = 20_000;

/** Answers that a checkpoint is to give, over all splits and repeats. */
export function answersOf({ units }: Pick<RunManifest, "units">, checkpoint: Checkpoint): number {
  return units.filter((unit) => runsUnit(checkpoint, unit)).reduce((sum, { n, repeats }) => sum + n * repeats, 0);
}

/** The scores of a checkpoint that has just been finished; none where they would take long. */
export async function scoresOfFinished(
  { folder, manifest, units }: Pick<PreparedRun, "folder" | "manifest" | "units">,
  id: string,
): Promise<readonly CheckpointScore[]> {
  const checkpoint = manifest.checkpoints.find((each) => each.id === id);
  if (checkpoint === undefined || answersOf(manifest, checkpoint) > SCORED_UP_TO) return [];
  const judges = new Map(units.map(({ info, judges: list }) => [unitKey(info), list]));
  return checkpointScores(folder, { manifest, judges }, checkpoint);
}

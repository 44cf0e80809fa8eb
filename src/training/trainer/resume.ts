import { readdir } from "node:fs/promises";

import { hasErrno } from "../../core/errors.ts";
import { discoverCheckpoints, type DiscoveredCheckpoint } from "../checkpoint/discover.ts";
import type { TrainerSpec } from "./spec.ts";

/** The checkpoints in an output folder; none if it is not there yet. */
export async function checkpointsIn(output: string): Promise<readonly DiscoveredCheckpoint[]> {
  try {
    await readdir(output);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return [];
    throw error;
  }
  return discoverCheckpoints(output);
}

/**
 * The last complete checkpoint to go on from: for the Hugging Face Trainer one that holds its optimiser's state, which
 * checkpoint-0 and model-only ones do not. Null if there is none.
 */
export async function lastResumable(kind: TrainerSpec["kind"], output: string): Promise<DiscoveredCheckpoint | null> {
  const found = await checkpointsIn(output);
  for (const checkpoint of found.toReversed()) {
    if (!checkpoint.complete || (checkpoint.step ?? 0) === 0) continue;
    if (kind === "command" || (await hasOptimiser(checkpoint.path))) return checkpoint;
  }
  return null;
}

async function hasOptimiser(folder: string): Promise<boolean> {
  const files = await readdir(folder).catch(() => []);
  // DeepSpeed keeps it in global_step…, FSDP in optimizer_0/.
  return files.some((file) => /^(?:optimizer|global_step)/u.test(file));
}

import { writeFile } from "node:fs/promises";

import type { Checkpoint } from "../../core/checkpoint.ts";
import type { TrainingLog } from "../../core/series.ts";
import { readTrainingLog } from "../../training/index.ts";
import { runFiles } from "../store/run-folder.ts";
import type { Imported } from "./imported.ts";

/** The training that all results come from; null where there is none, or several. @throws EvalhError E_TRAINING_LOG */
export async function trainingLogOf(results: readonly Imported[]): Promise<TrainingLog | null> {
  const [log, ...others] = new Set(results.map(({ trainingLog }) => trainingLog));
  return log === undefined || others.length > 0 ? null : readTrainingLog(log);
}

/** How long the program took for a checkpoint's tasks, as a run of ours says it. */
export async function writeSpeeds(
  folder: string,
  results: readonly Imported[],
  checkpoints: readonly Checkpoint[],
): Promise<void> {
  const events = results.flatMap(({ tasks, startedAt }, index) =>
    tasks.flatMap(({ name, speed }) =>
      speed === undefined
        ? []
        : [
            {
              type: "task-finished",
              at: startedAt,
              checkpoint: checkpoints[index]?.id ?? "",
              task: name,
              split: "test",
              known: 0,
              tokens: 0,
              ...speed,
            },
          ],
    ),
  );
  if (events.length === 0) return;
  await writeFile(runFiles.events(folder), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
}

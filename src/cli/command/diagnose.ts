import type { Command } from "commander";
import { stat } from "node:fs/promises";

import { readRun } from "../../compare/run-data.ts";
import type { TrainingPoint } from "../../core/series.ts";
import type { Diagnosis } from "../../core/verdict.ts";
import { runFiles } from "../../run/store/run-folder.ts";
import { diagnose } from "../../stats/generalisation.ts";
import { readTrainingLog } from "../../training/index.ts";
import type { CommandContext } from "./index.ts";

export function configure(command: Command, { io }: CommandContext): void {
  command
    .argument("<path...>", "run folders, training logs of any format, or JSONL/CSV of step, train_loss, val_loss")
    .option("--json", "print one JSON line a path, in order")
    .action(async (paths: readonly string[], options: { readonly json?: true }) => {
      for (const path of paths) {
        const { points, warnings } = await pointsOf(path);
        const diagnosis = diagnose(points);
        io.stdout.write(
          options.json === true
            ? `${JSON.stringify({ ...diagnosis, path, warnings })}\n`
            : describe(path, diagnosis, warnings),
        );
      }
    });
}

async function pointsOf(path: string): Promise<{ points: readonly TrainingPoint[]; warnings: readonly string[] }> {
  const isRun = (await stat(runFiles.manifest(path)).catch(() => null)) !== null;
  if (!isRun) return readTrainingLog(path);
  const run = await readRun(path);
  return { points: run.training, warnings: run.manifest.trainingWarnings };
}

function describe(path: string, diagnosis: Diagnosis, warnings: readonly string[]): string {
  const since = diagnosis.since === null ? "" : ` since step ${diagnosis.since.lo}–${diagnosis.since.hi}`;
  const ship =
    diagnosis.ship === null
      ? ""
      : `; lowest evaluation loss at step ${diagnosis.ship} (as good: ${diagnosis.equivalent.join(", ")})`;
  const lines = [
    `${path}: ${diagnosis.verdict}${since}${ship}`,
    ...diagnosis.evidence.map((line) => `  ${line}`),
    ...warnings.map((line) => `  warning: ${line}`),
  ];
  return `${lines.join("\n")}\n`;
}

import type { TrainingPoint } from "../../core/series.ts";
import { encodeLine } from "./checked-line.ts";
import { runFiles, writeAtomically } from "./run-folder.ts";

/** Stores the loss curves. JSON has no NaN; a loss that is one is a finding and must survive. */
export async function writeTraining(folder: string, points: readonly TrainingPoint[]): Promise<void> {
  const lines = points.map((point) =>
    encodeLine(
      Object.fromEntries(
        Object.entries(point).map(([key, value]) => [
          key,
          typeof value === "number" && !Number.isFinite(value) ? String(value) : (value as unknown),
        ]),
      ),
    ),
  );
  await writeAtomically(runFiles.training(folder), lines.join(""));
}

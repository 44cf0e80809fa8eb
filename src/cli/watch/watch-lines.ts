import type { Checkpoint } from "../../core/checkpoint.ts";
import type { TrainingPoint } from "../../core/series.ts";
import type { Diagnosis } from "../../core/verdict.ts";
import type { Standing } from "./scores-so-far.ts";

/** One line on a checkpoint that was just evaluated: its score, its loss, and which is best so far. */
export function standingLine(checkpoint: Checkpoint, standing: Standing, points: readonly TrainingPoint[]): string {
  const value = standing.values.get(checkpoint.id);
  const loss = points.find(({ step }) => step === checkpoint.step)?.evalLoss;
  const best = standing.ship === null ? null : folderName(standing.ship.checkpoint);
  return [
    `  ${folderName(checkpoint.id)}`,
    ...(value === undefined || standing.metric === null ? [] : [`${standing.metric} ${value.toFixed(1)}`]),
    ...(loss === undefined ? [] : [`evaluation loss ${loss.toPrecision(4)}`]),
    ...(best === null ? [] : [`best so far ${best}`]),
  ].join("   ");
}

/** One line on what the curves show. */
export function diagnosisLine({ verdict, since, evidence }: Diagnosis): string {
  const span = since === null ? "" : ` since step ${since.lo === since.hi ? since.lo : `${since.lo}–${since.hi}`}`;
  const [first] = evidence;
  return `  loss: ${verdict}${span}${first === undefined ? "" : ` (${first})`}`;
}

function folderName(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}

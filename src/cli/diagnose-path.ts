import { stat } from "node:fs/promises";

import { learningLines } from "../../reports/learning-lines.ts";
import { buildComparison } from "../compare/compare.ts";
import { curveDiagnostics } from "../compare/diagnose/curves.ts";
import { readRun } from "../compare/run-data.ts";
import type { JsonObject } from "../core/json.ts";
import type { Diagnosis } from "../core/verdict.ts";
import { runFiles } from "../run/store/run-folder.ts";
import { diagnose } from "../stats/generalisation.ts";
import { readTrainingLog } from "../training/index.ts";

/** What a log or a run says about a training. */
export interface PathDiagnosis extends Diagnosis {
  readonly path: string;
  /** Metric that `ship` and `equivalent` follow; "loss" where only a log is known. */
  readonly ship_by: string;
  /** What the evaluation loss alone would ship. */
  readonly loss: Pick<Diagnosis, "ship" | "equivalent">;
  readonly warnings: readonly string[];
}

/**
 * Diagnoses a training log, or a run with all that its answers tell.
 * @throws EvalhError E_TRAINING_LOG, E_RUN_FOLDER
 */
export async function diagnosePath(path: string): Promise<PathDiagnosis> {
  const isRun = (await stat(runFiles.manifest(path)).catch(() => null)) !== null;
  return isRun ? diagnoseRun(path) : diagnoseLog(path);
}

async function diagnoseLog(path: string): Promise<PathDiagnosis> {
  const { points, warnings } = await readTrainingLog(path);
  const found = diagnose(points);
  const advice = curveDiagnostics(points, found, null).map(({ text }) => text);
  const { ship, equivalent } = found;
  return {
    ...found,
    evidence: [...found.evidence, ...advice],
    path,
    ship_by: "loss",
    loss: { ship, equivalent },
    warnings,
  };
}

async function diagnoseRun(folder: string): Promise<PathDiagnosis> {
  const data = await readRun(folder);
  const comparison = await buildComparison(data);
  const found = comparison.training?.diagnosis ?? diagnose(data.training);
  const { ship, equivalent } = found;
  const chosen = comparison.ship;
  const steps = data.checkpoints.flatMap(({ id, step }) =>
    step !== null && chosen?.equivalent.includes(id) === true ? [step] : [],
  );
  return {
    ...found,
    ship: chosen === null ? ship : chosen.step,
    equivalent: chosen === null ? equivalent : steps,
    // The first sentence of the summary repeats the verdict.
    evidence: [...found.evidence, ...comparison.summary.slice(1), ...learningLines(comparison)],
    path: folder,
    ship_by: chosen?.metric ?? "loss",
    loss: { ship, equivalent },
    warnings: data.manifest.trainingWarnings,
  };
}

/** The document of `--json`: what is asked for first. */
export function diagnosisDocument(found: PathDiagnosis): JsonObject {
  const { verdict, since, ship, equivalent, evidence, ship_by: shipBy, loss, numbers, path, warnings } = found;
  return {
    verdict,
    since: since === null ? null : { ...since },
    ship,
    equivalent: [...equivalent],
    evidence: [...evidence],
    ship_by: shipBy,
    loss: { ship: loss.ship, equivalent: [...loss.equivalent] },
    numbers,
    path,
    warnings: [...warnings],
  };
}

import type { JsonObject } from "../core/json.ts";
import type { ScalarSink } from "./log-reader.ts";
import { numberOf } from "./loose-json.ts";

// In order of preference: a counter of log calls ("_step") only where no optimiser step was logged.
const STEP_NAMES = [
  "step",
  "global_step",
  "train/global_step",
  "trainer/global_step",
  "current_steps",
  "iteration",
  "iter",
  "steps",
  "_step",
] as const;

/** The step that a row of named values is logged at, and the name it was found under. */
export function stepOf(row: JsonObject): { readonly step: number; readonly name: string } | undefined {
  for (const name of STEP_NAMES) {
    const step = numberOf(row[name]);
    if (step !== undefined) return { step, name };
  }
  return undefined;
}

/** True for the names that only a Hugging Face run's closing summary has: means over the whole run, no points. */
export function isRunSummary(name: string): boolean {
  return /^(?:train\/)?(?:train_runtime|train_samples_per_second|train_steps_per_second|total_flos)$/.test(name);
}

/**
 * Delivers a row's numbers at its step; without one, at its epoch.
 * @returns what the step was taken from; null if the row is no point
 */
export function deliverRow(row: JsonObject, sink: ScalarSink): "step" | "epoch" | null {
  if (row["train_runtime"] !== undefined || row["train/train_runtime"] !== undefined) return null;
  const found = stepOf(row);
  const epoch = numberOf(row["epoch"]);
  const step = found?.step ?? epoch;
  if (step === undefined) return null;
  for (const [name, value] of Object.entries(row)) {
    const number = name === found?.name ? undefined : numberOf(value);
    if (number !== undefined) sink.scalar(step, name, number);
  }
  return found === undefined ? "epoch" : "step";
}

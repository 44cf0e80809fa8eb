import type { Training } from "../src/compare/comparison.ts";

export interface StepLosses {
  readonly train: number | null;
  readonly val: number | null;
}

/**
 * The losses that belong to a checkpoint: the evaluation loss of its own step, and the training loss last logged at or
 * before it (trainers log that at their own pace). Null where nothing was logged.
 */
export function lossesAt(training: Training | null, step: number | null): StepLosses {
  let train: number | null = null;
  let val: number | null = null;
  if (training === null || step === null) return { train, val };
  for (const point of training.points) {
    if (point.step > step) break;
    if (point.trainLoss !== undefined) train = point.trainLoss;
    if (point.step === step && point.evalLoss !== undefined) val = point.evalLoss;
  }
  return { train, val };
}

import type { DatasetSpec } from "../dataset/spec.ts";
import type { TrainerSpec } from "../training/trainer/spec.ts";
import type { Template } from "./suite.ts";

/** The training run that a suite's checkpoints come from, and how to start it. Paths are absolute. */
export interface SuiteTraining {
  /** The training run's log: a file or folder. */
  readonly log: string;
  /** What the model learned from. */
  readonly data?: TrainingData;
  /** What `evalh train` starts. */
  readonly trainer?: TrainerSpec;
}

export interface TrainingData {
  readonly train: DatasetSpec;
  readonly validation?: DatasetSpec;
  /** What the model reads; without it, it learns the target alone. */
  readonly prompt?: Template;
  /** What it learns to write. */
  readonly target?: Template;
  /** Between the two, as between a task's prompt and its answers. */
  readonly targetDelimiter: string;
}

import type { Task } from "../suite/suite.ts";
import type { Split } from "./store/records.ts";

/** Training samples that are asked: their scores lie far from the test's where a model learned by heart. */
const TRAIN_SAMPLES = 200;

/** The dataset that a task's split is read from. */
export function datasetOf(task: Task, split: Split): Task["dataset"] {
  const { validation, train, ...dataset } = task.dataset;
  if (split === "validation" && validation !== undefined) return { ...dataset, path: validation };
  if (split !== "train" || train === undefined) return dataset;
  return { ...dataset, path: train, sample: { n: TRAIN_SAMPLES, seed: dataset.sample?.seed ?? 0 } };
}

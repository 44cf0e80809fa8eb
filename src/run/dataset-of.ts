import type { Task } from "../suite/suite.ts";
import type { Split } from "./store/records.ts";

/** The dataset that a task's split is read from. */
export function datasetOf(task: Task, split: Split): Task["dataset"] {
  const { validation, ...dataset } = task.dataset;
  return split === "validation" && validation !== undefined ? { ...dataset, path: validation } : dataset;
}

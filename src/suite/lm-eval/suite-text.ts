import { relative } from "node:path";

import { stringify } from "yaml";

import type { JsonObject } from "../../core/json.ts";
import { importTask } from "./import-task.ts";

export interface TaskSuiteRequest {
  /** Task files of lm-evaluation-harness. */
  readonly files: readonly string[];
  readonly name: string;
  /** The suite's models, as it has them. */
  readonly models: readonly JsonObject[];
  /** Read in the place of a dataset of the hub. */
  readonly data: string | null;
  /** Folder that the suite's paths are to be relative to; null keeps them absolute. */
  readonly folder: string | null;
}

export interface TaskSuite {
  /** YAML. */
  readonly text: string;
  /** What is not the same as in the harness. */
  readonly notes: readonly string[];
}

/** A suite of tasks of lm-evaluation-harness. */
export async function taskSuite({ files, name, models, data, folder }: TaskSuiteRequest): Promise<TaskSuite> {
  const imported = await Promise.all(files.map((file) => importTask(file, { data })));
  const shown = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shown);
    if (typeof value !== "object" || value === null) return value;
    const members = Object.entries(value).map(([key, member]: [string, unknown]) => [
      key,
      key === "path" && typeof member === "string" && folder !== null ? relative(folder, member) : shown(member),
    ]);
    return Object.fromEntries(members) as unknown;
  };
  const tasks = imported.map(({ task }) => shown(task));
  return {
    text: stringify({ suite: name, version: 1, tasks, models }, { lineWidth: 0 }),
    notes: imported.flatMap(({ notes }) => notes),
  };
}

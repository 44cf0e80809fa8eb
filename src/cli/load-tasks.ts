import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import { EvalhError } from "../core/errors.ts";
import { taskSuite } from "../suite/lm-eval/suite-text.ts";
import { isLmEvalTask } from "../suite/lm-eval/task-file.ts";
import { loadSuite, loadSuiteText, type LoadOptions } from "../suite/load.ts";
import type { Suite } from "../suite/suite.ts";

export interface LoadRequest extends LoadOptions {
  /** For a task file: what is read in the place of a dataset of the hub. */
  readonly data: string | null;
  /** Whether flags name the model to ask: a task file names none. */
  readonly namesModel: boolean;
  readonly note: (text: string) => void;
}

/**
 * A suite, or a task file of lm-evaluation-harness as a suite of one task.
 * @throws SuiteInvalid; EvalhError E_USAGE, E_DATASET
 */
export async function loadSuiteOrTask(path: string, request: LoadRequest): Promise<Suite> {
  const { data, namesModel, note, ...options } = request;
  const text = /\.ya?ml$/u.test(path) ? await readFile(path, "utf8").catch(() => "") : "";
  if (!isLmEvalTask(text)) return loadSuite(path, options);
  if (!namesModel) {
    throw new EvalhError("E_USAGE", "a task of lm-evaluation-harness names no model", {
      place: { file: path },
      hint: "add --base-url URL, or make a suite of it: evalh import-task TASK --checkpoints FOLDER -o suite.yaml",
    });
  }
  // The flags put another in its place.
  const models = [{ model: "served", backend: "openai", url: "http://127.0.0.1/v1" }];
  const name = basename(path)
    .replace(/\.ya?ml$/u, "")
    .replaceAll(/[^\w.-]/gu, "_");
  const made = await taskSuite({ files: [path], name, models, data, folder: null });
  made.notes.forEach(note);
  // Its data lie where the file says, which is nobody else's than the user's.
  return loadSuiteText(made.text, path, { ...options, allowOutside: true });
}

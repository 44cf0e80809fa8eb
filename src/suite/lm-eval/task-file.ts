import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { EvalhError, messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { SuiteInvalid } from "../diagnostics.ts";
import { parseSource } from "../source-document.ts";

/** Files that include each other this deeply include themselves. */
const DEEPEST = 8;
/** Keys of which a task of lm-evaluation-harness has one, and a suite none. */
const MARKS = ["doc_to_text", "doc_to_target", "output_type", "dataset_path", "include", "metric_list"];

/** True for the text of a task of lm-evaluation-harness, rather than of a suite. */
export function isLmEvalTask(text: string): boolean {
  const has = (key: string): boolean => new RegExp(`^${key}\\s*:`, "mu").test(text);
  return !has("suite") && !has("tasks") && MARKS.some(has);
}

/**
 * Reads a task file with what it includes; its own keys come first, as in the harness.
 * @throws SuiteInvalid for `!function` and other tags, with their lines: nothing of a task is executed
 * @throws EvalhError E_USAGE
 */
export async function readTaskFile(file: string, depth = 0): Promise<JsonObject> {
  if (depth > DEEPEST) throw new EvalhError("E_USAGE", "the file includes itself", { place: { file } });
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new EvalhError("E_USAGE", `cannot read ${file}: ${messageOf(error)}`, { place: { file }, cause: error });
  }
  const source = parseSource(text, file);
  if (source.problems.length > 0) throw new SuiteInvalid(file, source.problems.map(inWords));
  const { data } = source;
  if (!isJsonObject(data)) throw new EvalhError("E_USAGE", "is no task: it is no mapping", { place: { file } });
  const { include, ...own } = data;
  if (include === undefined) return own;
  if (typeof include !== "string") throw new EvalhError("E_USAGE", "`include` must be a path", { place: { file } });
  return { ...(await readTaskFile(resolve(dirname(file), include), depth + 1)), ...own };
}

function inWords<T extends { readonly message: string; readonly hint?: string | undefined }>(problem: T): T {
  if (!problem.message.includes("!function")) return problem;
  const hint = "the task needs Python; run it in lm-evaluation-harness, and `evalh import` its results";
  return {
    ...problem,
    message: problem.message.replace("is not allowed", "calls a function, which evalh does not"),
    hint,
  };
}

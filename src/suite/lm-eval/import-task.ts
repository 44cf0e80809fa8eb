import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { openDataset } from "../../dataset/index.ts";
import { choicesOf, rightChoice, templateOf, type RowsAbout } from "./answers.ts";
import { findData } from "./find-data.ts";
import { judgesOf } from "./judges.ts";
import { readTaskFile } from "./task-file.ts";

/** A task of lm-evaluation-harness as one of a suite, with what is not the same. */
export interface ImportedTask {
  /** As `tasks` of a suite has it; paths absolute. */
  readonly task: JsonObject;
  readonly notes: readonly string[];
}

const KINDS: Readonly<Record<string, string>> = {
  generate_until: "generate",
  multiple_choice: "choice",
  loglikelihood: "loglikelihood",
  loglikelihood_rolling: "perplexity",
};

/** Keys that change what is asked, and that evalh has nothing for. */
const REFUSED = [
  "use_prompt",
  "custom_dataset",
  "process_docs",
  "process_results",
  "gen_prefix",
  "doc_to_image",
  "doc_to_audio",
  "class",
];

/**
 * Translates a task file as it is (lm_eval 0.4.13 config/task.py). Nothing is executed.
 * @param options.data a folder or file to read in the place of a dataset of the hub
 * @throws EvalhError E_USAGE, E_DATASET; SuiteInvalid
 */
export async function importTask(file: string, options: { readonly data: string | null }): Promise<ImportedTask> {
  const task = await readTaskFile(file);
  const { output, kind, split } = plainTask(task, file);
  const path = await findData({ task, file, data: options.data }, split);
  const about = { file, first: await firstRow(path) };
  const few = await fewShotOf(task, { file, data: options.data });
  const description = textOf(task["description"]) ?? "";
  if (few !== null) checkExamples(output, description, file);
  const name = textOf(task["task"]) ?? "task";
  const translated: JsonObject = {
    task: name.replaceAll(/[^\w.-]/gu, "_"),
    kind,
    dataset: { path },
    ...questionOf(task, output, { about, prefix: few === null ? description : "" }),
    // A log-likelihood is asked of the target as it is; the delimiter stands in examples only.
    target_delimiter: output === "loglikelihood" ? "" : (textOf(task["target_delimiter"]) ?? " "),
    ...(few === null ? {} : { few_shot: { ...few, ...(description === "" ? {} : { description }) } }),
    ...(output === "generate_until" ? { generate: generateOf(task) } : {}),
    ...repeatsOf(task),
    judges: judgesOf(task, output, file),
  };
  return { task: translated, notes: few === null ? [] : [exampleNote(name)] };
}

/** What kind of task it is; refuses what cannot be asked without Python. */
function plainTask(
  task: JsonObject,
  file: string,
): { readonly output: string; readonly kind: string; readonly split: string } {
  if (Array.isArray(task["task"])) throw refusal(file, "this is a group of tasks", "name the files of its tasks");
  const needed = REFUSED.find((key) => task[key] != null);
  if (needed !== undefined) {
    const hint = "run the task in the harness, and `evalh import` its results";
    throw refusal(file, `\`${needed}\` is not supported`, hint);
  }
  const output = textOf(task["output_type"]) ?? "generate_until";
  const kind = KINDS[output];
  if (kind === undefined) {
    throw refusal(file, `there is no output_type ${output}`, `there are ${Object.keys(KINDS).join(", ")}`);
  }
  const split = textOf(task["test_split"]) ?? textOf(task["validation_split"]);
  if (split === null) throw refusal(file, "the task has neither `test_split` nor `validation_split`");
  return { output, kind, split };
}

function checkExamples(output: string, description: string, file: string): void {
  if (output.startsWith("loglikelihood")) throw refusal(file, `examples do not go with ${output} here`);
  if (description.includes("{{")) {
    throw refusal(file, "`description` with an expression does not go with examples");
  }
}

function refusal(file: string, message: string, hint?: string): EvalhError {
  return new EvalhError("E_USAGE", message, hint === undefined ? { place: { file } } : { place: { file }, hint });
}

function exampleNote(task: string): string {
  return `${task}: its examples are drawn by evalh's rule, which takes others than the harness's seed does`;
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" ? value : null;
}

async function firstRow(path: string): Promise<JsonObject> {
  for await (const { columns } of openDataset({ path, limit: 1 })) return columns;
  return {};
}

/** Prompt, references and choices. */
function questionOf(
  task: JsonObject,
  output: string,
  { about, prefix }: { readonly about: RowsAbout; readonly prefix: string },
): JsonObject {
  if (output === "loglikelihood_rolling") return { prompt: templateOf(task["doc_to_target"], "doc_to_target", about) };
  const prompt = prefix + templateOf(task["doc_to_text"], "doc_to_text", about);
  if (output !== "multiple_choice") {
    const target = task["doc_to_target"];
    const list = Array.isArray(target) ? (target as readonly JsonValue[]).map(String) : null;
    return { prompt, references: list ?? templateOf(target, "doc_to_target", about) };
  }
  const { list, expression } = choicesOf(task["doc_to_choice"], about);
  const references = rightChoice(task["doc_to_target"], expression, about);
  return { prompt, references, choices: list ?? `{{ ${expression} }}` };
}

async function fewShotOf(
  task: JsonObject,
  from: { readonly file: string; readonly data: string | null },
): Promise<{ readonly count: number; readonly dataset: JsonObject; readonly separator: string } | null> {
  const count = task["num_fewshot"];
  if (typeof count !== "number" || count <= 0) return null;
  const split =
    textOf(task["fewshot_split"]) ??
    textOf(task["training_split"]) ??
    textOf(task["validation_split"]) ??
    textOf(task["test_split"]);
  return {
    count,
    dataset: { path: await findData({ ...from, task }, split ?? "train") },
    separator: textOf(task["fewshot_delimiter"]) ?? "\n\n",
  };
}

function generateOf(task: JsonObject): JsonObject {
  const given = isJsonObject(task["generation_kwargs"]) ? task["generation_kwargs"] : {};
  const until = given["until"] ?? textOf(task["fewshot_delimiter"]) ?? "\n\n";
  const stop = (Array.isArray(until) ? (until as readonly JsonValue[]) : [until]).filter(
    (each) => typeof each === "string",
  );
  const number = (key: string): number | null => (typeof given[key] === "number" ? given[key] : null);
  // Without sampling a temperature says nothing.
  const temperature = given["do_sample"] === true ? (number("temperature") ?? 1) : 0;
  return {
    max_tokens: number("max_gen_toks") ?? number("max_new_tokens") ?? number("max_tokens") ?? 256,
    temperature,
    ...(temperature > 0 && number("top_p") !== null ? { top_p: number("top_p") } : {}),
    stop: stop.filter((each) => each !== ""),
  };
}

/** Of several answers the harness's default filter takes the first: there is no use in asking for others. */
function repeatsOf(task: JsonObject): JsonObject {
  const isFirstTaken = task["filter_list"] === undefined || JSON.stringify(task["filter_list"]).includes("take_first");
  return typeof task["repeats"] === "number" && task["repeats"] > 1 && !isFirstTaken
    ? { repeats: task["repeats"] }
    : {};
}

import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { EvalhError, messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { asText, listAt, numberAt, objectAt, textAt } from "./fields.ts";
import { totalTask } from "./total-task.ts";
import type { Imported, ImportedSample, ImportedTask, ResultReader } from "./imported.ts";

/** lm-evaluation-harness 0.4: results_<time>.json and, written with --log_samples, samples_<task>_<time>.jsonl beside it. */
export const lmEval: ResultReader = {
  name: "lm-evaluation-harness",
  recognises: ({ json }) => isJsonObject(json) && isJsonObject(json["results"]) && isJsonObject(json["configs"]),
  async read({ path, json }) {
    const time = /_(\d{4}-\d\d-\d\dT[\d.:-]+)\.json$/.exec(basename(path))?.[1];
    const tasks: ImportedTask[] = [];
    const warnings: string[] = [];
    for (const task of Object.keys(objectAt(json, "configs"))) {
      const file = await samplesFile(dirname(path), task, time);
      if (file === null) {
        const total = totalOf(task, json);
        const left = total === null ? "" : ", and only its totals are imported";
        warnings.push(`task ${task} has no samples${left}: run lm_eval with --log_samples`);
        if (total !== null) tasks.push(total);
      } else tasks.push(await readTask(task, { file, json, warnings }));
    }
    const started = numberAt(json, "date");
    const imported: Imported = {
      program: "lm_eval",
      programVersion: textAt(json, "lm_eval_version") ?? "",
      model: modelOf(json),
      file: path,
      startedAt: new Date((started ?? 0) * 1000).toISOString(),
      tasks,
      warnings,
    };
    return [imported];
  },
};

function modelOf(json: unknown): string {
  const args = objectAt(json, "config")["model_args"];
  const named = isJsonObject(args) ? (textAt(args, "pretrained") ?? textAt(args, "model")) : null;
  const inText = typeof args === "string" ? /(?:^|,)(?:pretrained|model)=([^,]+)/.exec(args)?.[1] : undefined;
  return named ?? inText ?? textAt(json, "model_name") ?? textAt(objectAt(json, "config"), "model") ?? "model";
}

/** What is left of a task without its samples; null where not even a number is. */
function totalOf(task: string, json: unknown): ImportedTask | null {
  const metrics: Record<string, number> = {};
  const higherIsBetter: Record<string, boolean> = {};
  const better = objectAt(json, "higher_is_better", task);
  // "exact_match,strict-match" beside "exact_match_stderr,strict-match".
  for (const [key, value] of Object.entries(objectAt(json, "results", task))) {
    const [metric = "", filter] = key.split(",");
    if (filter === undefined || metric.endsWith("_stderr") || typeof value !== "number") continue;
    const name = scoreName(metric, filter);
    metrics[name] = value;
    higherIsBetter[name] = better[metric] !== false;
  }
  if (Object.keys(metrics).length === 0) return null;
  const of = numberAt(objectAt(json, "n-samples", task), "effective");
  return {
    ...totalTask({ name: task, metrics, of }),
    version: asText(objectAt(json, "versions")[task]),
    higherIsBetter,
  };
}

async function samplesFile(folder: string, task: string, time: string | undefined): Promise<string | null> {
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(`samples_${task}_`) && name.endsWith(".jsonl"),
  );
  // "legs" and "legs_choice" begin alike: what follows the task is the time.
  const own = names.filter((name) => /^\d{4}-\d\d-\d\dT/.test(name.slice(`samples_${task}_`.length)));
  const found = own.find((name) => time !== undefined && name.includes(time)) ?? own.toSorted().at(-1);
  return found === undefined ? null : join(folder, found);
}

interface TaskFile {
  readonly file: string;
  readonly json: unknown;
  readonly warnings: string[];
}

async function readTask(task: string, { file, json, warnings }: TaskFile): Promise<ImportedTask> {
  const config = objectAt(json, "configs", task);
  const isChoice = textAt(config, "output_type") === "multiple_choice";
  const samples = new Map<string, ImportedSample>();
  const left = new Set<string>();
  const better = objectAt(json, "higher_is_better", task);
  const higherIsBetter: Record<string, boolean> = {};
  for (const [index, line] of (await readFile(file, "utf8")).split("\n").entries()) {
    if (line.trim() === "") continue;
    const row = parseLine(line, { file, line: index + 1 });
    const filter = textAt(row, "filter") ?? "none";
    const scores = scoresOf(row, filter, left);
    for (const metric of Object.keys(better)) higherIsBetter[scoreName(metric, filter)] = better[metric] !== false;
    const id = asText(row["doc_id"]);
    const before = samples.get(id);
    // A task with several filters writes a line for each: one answer, scored several times.
    const all = { ...before?.answers[0]?.scores, ...scores };
    samples.set(id, before === undefined ? sampleOf(row, { id, scores: all, isChoice }) : withScores(before, all));
  }
  for (const name of left) warnings.push(`${task}: ${name} is not one number a sample and was left out`);
  return {
    name: task,
    version: asText(objectAt(json, "versions")[task]),
    kind: isChoice ? "choice" : "generate",
    higherIsBetter,
    samples: [...samples.values()],
  };
}

function parseLine(line: string, place: { readonly file: string; readonly line: number }): JsonObject {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    throw new EvalhError("E_DATASET", `not JSON: ${messageOf(error)}`, { place });
  }
  if (isJsonObject(row) && row["doc_id"] !== undefined) return row;
  throw new EvalhError("E_DATASET", "not a sample of lm_eval: it has no doc_id", { place });
}

/** The metrics of a line; those of corpora are lists and left out. */
function scoresOf(row: JsonObject, filter: string, left: Set<string>): Record<string, number> {
  const scores: Record<string, number> = {};
  for (const metric of listAt(row, "metrics")) {
    if (typeof metric !== "string") continue;
    const name = scoreName(metric, filter);
    const value = row[metric];
    if (typeof value === "number" && Number.isFinite(value)) scores[name] = value;
    else if (typeof value === "boolean") scores[name] = value ? 1 : 0;
    else left.add(name);
  }
  return scores;
}

function scoreName(metric: string, filter: string): string {
  return filter === "none" ? metric : `${metric}_${filter}`;
}

function sampleOf(
  row: JsonObject,
  {
    id,
    scores,
    isChoice,
  }: { readonly id: string; readonly scores: Record<string, number>; readonly isChoice: boolean },
): ImportedSample {
  const requests = requestsOf(row["arguments"]);
  const output = isChoice ? likeliest(row, requests) : asText(firstOf(firstOf(row["resps"])));
  return {
    id,
    prompt: asText(requests[0]?.[0]),
    references: [asText(row["target"])],
    columns: objectAt(row, "doc"),
    answers: [{ output, finish: isChoice ? "scored" : "unknown", scores }],
  };
}

function withScores(sample: ImportedSample, scores: Record<string, number>): ImportedSample {
  return { ...sample, answers: sample.answers.map((answer) => ({ ...answer, scores })) };
}

/** What was asked, request by request: since 0.4.5 an object of objects, before that a list of lists. */
function requestsOf(value: JsonValue | undefined): readonly (readonly unknown[])[] {
  const requests = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  return requests.map((request) =>
    Array.isArray(request) ? (request as readonly unknown[]) : isJsonObject(request) ? Object.values(request) : [],
  );
}

/** The choice with the highest log-probability, as text. */
function likeliest(row: JsonObject, requests: readonly (readonly unknown[])[]): string {
  const logprobs = listAt(row, "filtered_resps").map((each) => Number(firstOf(each)));
  const best = logprobs.indexOf(Math.max(...logprobs));
  return asText(requests[best]?.[1]).trim();
}

function firstOf(value: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(value) ? (value[0] as JsonValue | undefined) : value;
}

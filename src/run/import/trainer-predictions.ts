import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import { EvalhError, messageOf } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { asText } from "./fields.ts";
import type { ImportedJudge, ImportedSample, ImportedTask, ReferenceFile } from "./imported.ts";
import { readAsked, type AskedSample } from "./references.ts";

/** Names under which the example scripts of transformers write what a model answered. */
const NAMES = [
  // run_summarization, run_translation: an answer a line
  /^generated_predictions\.txt$/u,
  // run_glue, run_classification: "index<tab>prediction"
  /^predict_results(?:_\w+)?\.txt$/u,
  // run_qa, run_seq2seq_qa: question id → answer
  /^(?:predict|test)_predictions\.json$/u,
] as const;

export function isPredictions(name: string): boolean {
  return NAMES.some((pattern) => pattern.test(name));
}

export interface PredictionOptions {
  /** Path of the predictions. */
  readonly file: string;
  readonly references: ReferenceFile;
  /** How many samples the Trainer says it predicted; null where it does not say. */
  readonly expected: number | null;
  /** What the Trainer measured. */
  readonly metrics: readonly string[];
}

/**
 * Every answer beside what it should have been, judged by evalh: the Trainer keeps no score of a single one.
 * @throws EvalhError E_DATASET where answers and rows do not belong together
 */
export async function predictionTask(
  options: PredictionOptions,
): Promise<{ readonly task: ImportedTask; readonly warnings: readonly string[] }> {
  const { file, references, metrics } = options;
  const asked = await readAsked(references);
  const text = await readFile(file, "utf8");
  const answers = file.endsWith(".json") ? answersById(text, asked, options) : answersByLine(text, asked, options);
  const samples = asked.slice(0, answers.length).map((sample, index) => ({
    ...sample,
    answers: [{ output: answers[index] ?? "", finish: "unknown" as const, scores: {} }],
  }));
  const judges = references.judges?.map((name) => ({ name, module: name, options: {} })) ?? judgesFor(metrics);
  const task = { name: "predictions", kind: "generate", version: "", higherIsBetter: {}, judges, samples } as const;
  return { task, warnings: doubtsOf(samples, options) };
}

/** Labels that never meet are most likely written in two ways, as numbers here and as names there. */
function doubtsOf(samples: readonly ImportedSample[], { file, references }: PredictionOptions): string[] {
  const known = new Set(samples.flatMap((sample) => sample.references));
  if (
    !basename(file).startsWith("predict_results") ||
    samples.some((each) => known.has(each.answers[0]?.output ?? ""))
  ) {
    return [];
  }
  const [said, expected] = [samples[0]?.answers[0]?.output, [...known][0]].map((each) => JSON.stringify(each));
  return [
    `no prediction is among the references of ${basename(references.path)}: ${said} here, ${expected} there; is it another --reference-column?`,
  ];
}

function answersByLine(text: string, asked: readonly AskedSample[], options: PredictionOptions): readonly string[] {
  const lines = text.split("\n").map((line) => line.replace(/\r$/u, ""));
  const isTable = /^index\tprediction$/u.test(lines[0] ?? "");
  const answers = isTable ? lines.slice(1).map((line) => line.slice(line.indexOf("\t") + 1)) : lines;
  // An editor, or Python's print, ends the last line; the scripts for texts do not.
  const isEnded = answers.at(-1) === "" && (isTable || answers.length === asked.length + 1);
  const whole = isEnded ? answers.slice(0, -1) : answers;
  if (whole.length === asked.length) return whole;
  // --max_predict_samples takes the first rows.
  if (whole.length === options.expected && whole.length < asked.length) return whole;
  throw mismatch(whole.length, asked.length, options);
}

function mismatch(answers: number, rows: number, { file, references, expected }: PredictionOptions): EvalhError {
  const more = answers > rows && (expected === null || answers > expected);
  const message = `${answers} predictions, but ${basename(references.path)} has ${rows === 1 ? "1 row" : `${rows} rows`}`;
  return new EvalhError("E_DATASET", message, {
    place: { file, line: Math.min(answers, rows) + 1 },
    hint: more
      ? "an answer with a line break takes several lines: replace line breaks before writing, or name the right --references"
      : "name with --references the very file that was predicted (the script's --test_file), with all of its rows",
  });
}

function answersById(text: string, asked: readonly AskedSample[], { file, references }: PredictionOptions): string[] {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new EvalhError("E_DATASET", `not JSON: ${messageOf(error)}`, { place: { file } });
  }
  const answers = isJsonObject(found) ? found : {};
  const absent = asked.filter(({ id }) => !Object.hasOwn(answers, id));
  if (absent.length === 0 && Object.keys(answers).length === asked.length) {
    return asked.map(({ id }) => asText(answers[id]));
  }
  const count = Object.keys(answers).length;
  const message =
    absent.length === 0
      ? `${count} predictions, but ${basename(references.path)} has ${asked.length === 1 ? "1 row" : `${asked.length} rows`}`
      : `no prediction for the id ${JSON.stringify(absent[0]?.id)} of ${basename(references.path)}, and ${absent.length - 1} more`;
  throw new EvalhError("E_DATASET", message, {
    place: { file },
    hint: "name with --references the very file that was predicted, with its ids in a column `id`",
  });
}

/** Judges of evalh that measure what the Trainer's metrics did. */
function judgesFor(metrics: readonly string[]): ImportedJudge[] {
  const has = (pattern: RegExp): boolean => metrics.some((name) => pattern.test(name));
  const judge = (name: string, options: ImportedJudge["options"] = {}): ImportedJudge => ({
    name,
    module: name,
    options,
  });
  const isSquad = has(/^exact_match$/u) && has(/^f1$/u);
  if (isSquad) return [judge("exact_match", { normalize: "squad" }), judge("token_f1")];
  return [
    ...rougeFor(metrics).map((options) => judge("rouge", options)),
    ...(has(/bleu$/iu) ? [judge("bleu")] : []),
    ...["chrf", "ter", "meteor", "wer"].filter((name) => metrics.includes(name)).map((name) => judge(name)),
    judge("exact_match"),
  ];
}

/** run_summarization stems: what stands beside its numbers must, too. */
function rougeFor(metrics: readonly string[]): ImportedJudge["options"][] {
  const types = metrics.filter((name) => /^rouge(?:[1-9]|L|Lsum)$/u.test(name));
  return types.length === 0 ? [] : [{ stemmer: true, types }];
}

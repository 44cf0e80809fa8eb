import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { asText, listAt, numberAt, objectAt, textAt } from "./fields.ts";
import type { Imported, ImportedAnswer, ImportedSample, ImportedTask, ResultReader } from "./imported.ts";

/** promptfoo's JSON output, results version 3: a provider is a model, a prompt a task, a test a sample. */
export const promptfoo: ResultReader = {
  name: "promptfoo",
  recognises: ({ json }) => isJsonObject(json) && Array.isArray(objectAt(json, "results")["results"]),
  read({ path, json }) {
    const rows = listAt(objectAt(json, "results"), "results").filter(isJsonObject);
    const version = textAt(objectAt(json, "metadata"), "promptfooVersion") ?? "";
    const startedAt = new Date(Date.parse(textAt(objectAt(json, "results"), "timestamp") ?? "") || 0).toISOString();
    const prompts = [...new Set(rows.map(promptIndex))].toSorted((a, b) => a - b);
    const byModel = Map.groupBy(rows, providerOf);
    const imported = [...byModel].map(([model, own]): Imported => {
      const tasks = prompts.flatMap((prompt) => taskOf(own, prompt, prompts.length));
      return { program: "promptfoo", programVersion: version, model, file: path, startedAt, tasks, warnings: [] };
    });
    return Promise.resolve(imported);
  },
};

function providerOf(row: JsonObject): string {
  const provider = objectAt(row, "provider");
  const label = textAt(provider, "label") ?? "";
  return label === "" ? (textAt(provider, "id") ?? "provider") : label;
}

function promptIndex(row: JsonObject): number {
  return numberAt(row, "promptIdx") ?? 0;
}

function taskOf(rows: readonly JsonObject[], prompt: number, prompts: number): ImportedTask[] {
  const own = rows.filter((row) => promptIndex(row) === prompt);
  if (own.length === 0) return [];
  const byTest = Map.groupBy(own, (row) => numberAt(row, "testIdx") ?? 0);
  const samples = [...byTest].toSorted(([a], [b]) => a - b).map(([test, answers]) => sampleOf(test, answers));
  return [
    {
      name: prompts === 1 ? "prompt" : `prompt-${prompt + 1}`,
      kind: "generate",
      version: "",
      higherIsBetter: {},
      samples,
    },
  ];
}

function sampleOf(test: number, answers: readonly JsonObject[]): ImportedSample {
  const [first = {}] = answers;
  const asserts = listAt(objectAt(first, "testCase"), "assert");
  return {
    id: String(test),
    prompt: textAt(objectAt(first, "prompt"), "raw") ?? "",
    references: asserts.flatMap((each) => {
      const value = textAt(each, "value");
      return textAt(each, "type") === "equals" && value !== null ? [value] : [];
    }),
    columns: objectAt(first, "vars"),
    answers: answers.map(answerOf),
  };
}

function answerOf(row: JsonObject): ImportedAnswer {
  const response = objectAt(row, "response");
  const usage = objectAt(response, "tokenUsage");
  const tokens = [numberAt(usage, "prompt"), numberAt(usage, "completion")] as const;
  const ms = numberAt(row, "latencyMs");
  const { output } = response;
  // failureReason 2 is an error of the provider; 1 is an assertion that did not hold.
  const error =
    output === undefined || numberAt(row, "failureReason") === 2 ? (textAt(row, "error") ?? "no output") : null;
  return {
    output: asText(output),
    finish: "unknown",
    scores: error === null ? scoresOf(row) : {},
    ...(tokens[0] === null || tokens[1] === null ? {} : { tokens: [tokens[0], tokens[1]] }),
    ...(ms === null ? {} : { ms }),
    ...(error === null ? {} : { error: { code: "E_BACKEND", message: error } }),
  };
}

function scoresOf(row: JsonObject): Record<string, number> {
  const scores: Record<string, number> = { pass: row["success"] === true ? 1 : 0 };
  const score = numberAt(row, "score");
  if (score !== null) scores["score"] = score;
  const named = objectAt(row, "namedScores");
  for (const name of Object.keys(named)) {
    const value = numberAt(named, name);
    if (value !== null) scores[name] = value;
  }
  return scores;
}

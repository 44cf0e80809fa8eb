import type { FinishReason } from "../../core/completion.ts";
import { EvalhError, messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { asText, listAt, numberAt, objectAt, textAt } from "./fields.ts";
import type { Imported, ImportedAnswer, ImportedSample, ResultReader } from "./imported.ts";
import { withZip } from "./zip-archive.ts";

/** inspect_ai's logs, version 2: one JSON document, or an .eval archive of one document a sample. */
export const inspect: ResultReader = {
  name: "inspect_ai",
  recognises: ({ path, json }) =>
    path.endsWith(".eval") || (isJsonObject(json) && isJsonObject(json["eval"]) && typeof json["version"] === "number"),
  async read({ path, json }) {
    if (json === undefined) {
      const { header, samples } = await readArchive(path);
      return [toImported(path, header, samples)];
    }
    return [toImported(path, json, listAt(json, "samples").filter(isJsonObject))];
  },
};

async function readArchive(path: string): Promise<{ header: JsonObject; samples: JsonObject[] }> {
  return withZip(path, async (entries) => {
    const parsed = async (name: string): Promise<JsonObject> => {
      const text = await entries.find((entry) => entry.name === name)?.text();
      if (text === undefined) throw new EvalhError("E_DATASET", `the log has no ${name}`, { place: { file: path } });
      try {
        return objectAt({ root: JSON.parse(text) as unknown }, "root");
      } catch (error) {
        throw new EvalhError("E_DATASET", `${name} is not JSON: ${messageOf(error)}`, { place: { file: path } });
      }
    };
    const samples: JsonObject[] = [];
    for (const { name } of entries) if (/^samples\/.+\.json$/.test(name)) samples.push(await parsed(name));
    // A log that was cut off has no header, but it has the beginning.
    const isWhole = entries.some(({ name }) => name === "header.json");
    return { header: await parsed(isWhole ? "header.json" : "_journal/start.json"), samples };
  });
}

function toImported(file: string, log: unknown, samples: readonly JsonObject[]): Imported {
  const about = objectAt(log, "eval");
  const status = textAt(log, "status") ?? "unknown";
  const order = new Map(listAt(objectAt(about, "dataset"), "sample_ids").map((id, index) => [asText(id), index]));
  const bySample = Map.groupBy(samples, (sample) => asText(sample["id"]));
  const ids = [...bySample.keys()].toSorted((a, b) => (order.get(a) ?? Infinity) - (order.get(b) ?? Infinity) || 0);
  return {
    program: "inspect_ai",
    programVersion: textAt(objectAt(about, "packages"), "inspect_ai") ?? "",
    model: textAt(about, "model") ?? "model",
    file,
    startedAt: new Date(Date.parse(textAt(about, "created") ?? "") || 0).toISOString(),
    tasks: [
      {
        name: (textAt(about, "task") ?? "task").split("/").at(-1) ?? "task",
        kind: "generate",
        version: asText(about["task_version"]),
        higherIsBetter: {},
        samples: ids.map((id) => sampleOf(id, bySample.get(id) ?? [])),
      },
    ],
    warnings: status === "success" ? [] : [`the log's status is ${status}: samples may be missing`],
  };
}

function sampleOf(id: string, epochs: readonly JsonObject[]): ImportedSample {
  const ordered = epochs.toSorted((a, b) => (numberAt(a, "epoch") ?? 1) - (numberAt(b, "epoch") ?? 1));
  const [first = {}] = ordered;
  const { target } = first;
  return {
    id,
    prompt: promptOf(first),
    references: Array.isArray(target) ? target.map(asText) : [asText(target)],
    columns: objectAt(first, "metadata"),
    answers: ordered.map(answerOf),
  };
}

/** The input as text; of a conversation, what was said, one turn a paragraph. Long texts stand among the attachments. */
function promptOf(sample: JsonObject): string {
  const { input } = sample;
  if (!Array.isArray(input)) return resolved(asText(input), sample);
  return input
    .map((message) => resolved(contentText(objectAt({ message }, "message")["content"]), sample))
    .join("\n\n");
}

function contentText(content: unknown): string {
  if (!Array.isArray(content)) return asText(content);
  return content.map((item) => textAt(item, "text") ?? "").join("");
}

function resolved(text: string, sample: JsonObject): string {
  const key = /^attachment:\/\/(\w+)$/.exec(text)?.[1];
  return key === undefined ? text : (textAt(objectAt(sample, "attachments"), key) ?? text);
}

const finishes: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  max_tokens: "length",
  model_length: "length",
  content_filter: "filter",
};

function answerOf(sample: JsonObject): ImportedAnswer {
  const output = objectAt(sample, "output");
  const [choice] = listAt(output, "choices");
  const text = textAt(output, "completion") ?? contentText(objectAt(choice, "message")["content"]);
  const usage = objectAt(output, "usage");
  const tokens = [numberAt(usage, "input_tokens"), numberAt(usage, "output_tokens")] as const;
  const seconds = numberAt(sample, "total_time");
  const message = textAt(objectAt(sample, "error"), "message");
  return {
    output: resolved(text, sample),
    finish: finishes[textAt(choice, "stop_reason") ?? ""] ?? "unknown",
    scores: message === null ? scoresOf(objectAt(sample, "scores")) : {},
    ...(tokens[0] === null || tokens[1] === null ? {} : { tokens: [tokens[0], tokens[1]] }),
    ...(seconds === null ? {} : { ms: Math.round(seconds * 1000) }),
    ...(message === null ? {} : { error: { code: "E_BACKEND", message } }),
  };
}

/** A scorer's value, or each of its values where it gives several. */
function scoresOf(scores: JsonObject): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [name, score] of Object.entries(scores)) {
    const value = objectAt({ score }, "score")["value"];
    const parts = isJsonObject(value)
      ? Object.entries(value).map(([key, each]) => [`${name}_${key}`, each] as const)
      : [];
    for (const [key, each] of [[name, value] as const, ...parts]) {
      const number = toNumber(each);
      if (number !== null) found[key] = number;
    }
  }
  return found;
}

/** As inspect_ai's value_to_float: letters for right, partly right, wrong and no answer; words; numbers. */
function toNumber(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string") return null;
  const known: Readonly<Record<string, number>> = { C: 1, P: 0.5, I: 0, N: 0, yes: 1, true: 1, no: 0, false: 0 };
  const found = known[value] ?? known[value.toLowerCase()];
  if (found !== undefined) return found;
  return value.trim() === "" || !Number.isFinite(Number(value)) ? null : Number(value);
}

import type {
  Backend,
  BackendModule,
  BackendTarget,
  GenerateOptions,
  GenerateRequest,
  Outcome,
} from "../core/backend.ts";
import type { Completion } from "../core/completion.ts";
import { EvalhError } from "../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { answerConcurrently } from "./concurrent.ts";
import { UnusableAnswerError } from "./http/failure.ts";
import { readTransportOptions, TRANSPORT_SCHEMA } from "./http/options.ts";
import type { Call, Reply } from "./http/attempt.ts";
import { openTransport, type Transport } from "./http/transport.ts";
import { readOptions } from "./options.ts";
import { findStop } from "./stop.ts";

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    path: { type: "string", pattern: "^/", default: "/generate", description: "Where prompts are posted to" },
    prompt_in: {
      enum: ["auto", "json", "query"],
      default: "auto",
      description: "Prompt as a JSON field or a query parameter; auto finds out from the first answer",
    },
    prompt_field: { type: "string", default: "prompt", description: "Name of that field or parameter" },
    send: {
      type: "object",
      additionalProperties: false,
      properties: Object.fromEntries(
        ["max_tokens", "temperature", "top_p", "top_k", "stop", "seed"].map((name) => [name, { type: "string" }]),
      ),
      description: "Names under which the server takes settings, for example { max_tokens: max_new_tokens }",
    },
    body: { type: "object", description: "Further fields of every request" },
    response: { type: "string", description: "Where the text is, for example outputs.0.text; default: usual places" },
    ...TRANSPORT_SCHEMA,
  },
} as const;

/** Where servers written after the usual tutorials put the text, the most telling name first. */
const USUAL = ["response", "generated_text", "text", "completion", "output", "result", "answer", "outputs", "choices"];

function at(json: unknown, path: readonly string[]): unknown {
  let value: unknown = json;
  for (const name of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** The text in an answer of unknown shape: a string, the first element of a list, or a field of a usual name. */
function usualText(json: unknown, depth = 0): string | undefined {
  if (typeof json === "string") return json;
  if (depth > 4 || typeof json !== "object" || json === null) return undefined;
  if (Array.isArray(json)) return usualText(json[0], depth + 1);
  for (const name of USUAL) {
    const text = usualText(at(json, [name]), depth + 1);
    if (text !== undefined) return text;
  }
  return undefined;
}

function readText(json: unknown, path: readonly string[] | undefined): string {
  const found = path === undefined ? usualText(json) : at(json, path);
  if (typeof found === "string") return found;
  const shape = isJsonObject(json) ? `fields ${Object.keys(json).slice(0, 8).join(", ")}` : "no object";
  const place = path === undefined ? "" : ` at ${path.join(".")}`;
  throw new UnusableAnswerError(`the answer has no text${place} (${shape}); name its place with the option response`);
}

/** The settings a server takes, under its own names. */
function settingsOf(names: JsonObject, options: GenerateOptions, seed: number): Record<string, JsonValue> {
  const values: Readonly<Record<string, JsonValue>> = {
    max_tokens: options.maxTokens,
    temperature: options.temperature,
    top_p: options.topP,
    top_k: options.topK,
    stop: options.stop,
    seed: seed & 0x7fffffff,
  };
  const sent: Record<string, JsonValue> = {};
  for (const [name, theirs] of Object.entries(names)) {
    const value = values[name];
    if (typeof theirs === "string" && value !== undefined) sent[theirs] = value;
  }
  return sent;
}

/** FastAPI says which parameter it misses and where it looked: `{"detail": [{"loc": ["query", "prompt"], …}]}`. */
function wantsQuery(reply: Reply<string>): boolean {
  return reply.kind === "failed" && reply.answer?.status === 422 && /"loc":\s*\[\s*"query"/.test(reply.answer.body);
}

type Ask = (request: GenerateRequest, options: GenerateOptions, signal: AbortSignal) => Promise<Outcome<Completion>>;

function createAsk(transport: Transport, options: BackendTarget["options"]): Ask {
  const read = readOptions(options);
  const path = read.string("path") ?? "/generate";
  const field = read.string("prompt_field") ?? "prompt";
  const place = read.string("response")?.split(".");
  const names = isJsonObject(options["send"]) ? options["send"] : {};
  const extra = isJsonObject(options["body"]) ? options["body"] : {};
  const wanted = read.string("prompt_in") ?? "auto";
  let isQuery = wanted === "query";

  const callFor = (fields: Readonly<Record<string, JsonValue>>): Call<string> => {
    const reader = (json: unknown): string => readText(json, place);
    if (!isQuery) return { path, body: JSON.stringify(fields), read: reader };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
      const values: readonly JsonValue[] = Array.isArray(value) ? value : [value];
      for (const each of values) query.append(name, typeof each === "string" ? each : JSON.stringify(each));
    }
    return { path: `${path}?${query.toString()}`, body: "", read: reader };
  };
  return async ({ index, prompt, seed }, options, signal) => {
    const fields = { ...extra, ...settingsOf(names, options, seed), [field]: prompt };
    const askedQuery = isQuery;
    let reply = await transport.post(callFor(fields), signal);
    if (wanted === "auto" && !askedQuery && wantsQuery(reply)) {
      isQuery = true;
      reply = await transport.post(callFor(fields), signal);
    }
    if (reply.kind === "failed") return { index, kind: "failed", error: { code: "E_BACKEND", message: reply.message } };
    const cut = findStop(reply.value, options.stop);
    const text = cut < 0 ? reply.value : reply.value.slice(0, cut);
    return {
      index,
      kind: "done",
      value: { text, finish: cut < 0 ? "unknown" : "stop", timings: { totalMs: reply.ms } },
    };
  };
}

async function create(target: BackendTarget): Promise<Backend> {
  const transport = await openTransport(readTransportOptions(target));
  const ask = createAsk(transport, target.options);
  const concurrency = readOptions(target.options).number("concurrency") ?? 16;
  return {
    name: "fastapi",
    version: `fastapi ${transport.address}`,
    capabilities: { generate: true, loglikelihood: false },
    batchSize: 1,
    concurrency,
    lengthOf: (prompt) => prompt.length,
    generate: (requests, options, signal) =>
      answerConcurrently(requests, concurrency, (request) => ask(request, options, signal)),
    loglikelihood() {
      throw new EvalhError("E_BACKEND", "a /generate endpoint gives no log-probabilities", {
        hint: "Serve the model with an OpenAI-compatible server, or make the task kind `generate`.",
      });
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** A server of one's own with one endpoint: a prompt in, JSON with the text out. */
export const fastapi: BackendModule = {
  name: "fastapi",
  summary: "A server of your own with one endpoint, such as POST /generate in FastAPI",
  target: "url",
  options: SCHEMA,
  create,
};

import type { BackendTarget, GenerateOptions, GenerateRequest } from "../../core/backend.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import type { Call, Reply } from "../http/attempt.ts";
import type { Transport } from "../http/transport.ts";
import { readOptions } from "../options.ts";
import type { Read } from "./presets.ts";
import { readText } from "./text.ts";

/** Asks a service for the completions of prompts. */
export type AskService = (
  requests: readonly GenerateRequest[],
  options: GenerateOptions,
  signal: AbortSignal,
) => Promise<Reply<readonly Read[]>>;

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
function wantsQuery(reply: Reply<unknown>): boolean {
  return reply.kind === "failed" && reply.answer?.status === 422 && /"loc":\s*\[\s*"query"/.test(reply.answer.body);
}

/** A service of the user's own: one prompt a request, as a JSON field or a query parameter. */
export function askCustom(transport: Transport, options: BackendTarget["options"]): AskService {
  const read = readOptions(options);
  const path = read.string("path") ?? "/generate";
  const field = read.string("prompt_field") ?? "prompt";
  const place = read.string("response")?.split(".");
  const names = isJsonObject(options["send"]) ? options["send"] : {};
  const extra = isJsonObject(options["body"]) ? options["body"] : {};
  const wanted = read.string("prompt_in") ?? "auto";
  let isQuery = wanted === "query";

  const reader = (json: unknown): readonly Read[] => [{ text: readText(json, place) }];
  const callFor = (fields: Readonly<Record<string, JsonValue>>): Call<readonly Read[]> => {
    if (!isQuery) return { path, body: JSON.stringify(fields), read: reader };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) {
      const values: readonly JsonValue[] = Array.isArray(value) ? value : [value];
      for (const each of values) query.append(name, typeof each === "string" ? each : JSON.stringify(each));
    }
    return { path: `${path}?${query.toString()}`, body: "", read: reader };
  };
  return async ([request], options, signal) => {
    const { prompt, seed } = request as GenerateRequest;
    const fields = { ...extra, ...settingsOf(names, options, seed), [field]: prompt };
    const askedQuery = isQuery;
    const reply = await transport.post(callFor(fields), signal);
    if (wanted !== "auto" || askedQuery || !wantsQuery(reply)) return reply;
    isQuery = true;
    return transport.post(callFor(fields), signal);
  };
}

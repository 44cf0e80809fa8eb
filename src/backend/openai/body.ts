import type { GenerateOptions, GenerateRequest } from "../../core/backend.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { Answer } from "../http/exchange.ts";
import type { Settings } from "./settings.ts";

/** Writes request bodies, and learns from refusals how this server wants them. */
export interface BodyWriter {
  /** @param n answers asked for, 1 or more */
  write(request: Pick<GenerateRequest, "prompt" | "seed">, options: GenerateOptions, n: number): string;
  /** True if the refusal names a field that can go by another name, or without; bodies differ from now on. */
  learn(refusal: Answer): boolean;
  /** Rises whenever something was learned. */
  readonly revision: number;
}

/** The settings that a body depends on. */
type BodySettings = Pick<Settings, "model" | "isChat" | "system" | "streams" | "maxTokensField" | "extra" | "omit">;

export interface BodyLimits {
  /** Stop strings that the server takes; the others are cut off here. */
  readonly maxStops: number;
  /** Fields that name the adapter, where the model's name does not. */
  readonly adapterFields: JsonObject;
  /** Settings that the server is to leave off where the suite does not name them. */
  readonly off: JsonObject;
  readonly onWarning: (message: string) => void;
}

function responseFormat(schema: JsonObject): JsonObject {
  return { type: "json_schema", json_schema: { name: "reply", strict: true, schema } };
}

const OTHER_NAME: Readonly<Record<string, string>> = {
  max_tokens: "max_completion_tokens",
  max_completion_tokens: "max_tokens",
};

/** The fields that a refusal names: OpenAI's `error.param`, or the last part of FastAPI's `detail[].loc`. */
function refusedFields(body: string): ReadonlySet<string> {
  try {
    const json: unknown = JSON.parse(body);
    const { error, detail } = (isJsonObject(json) ? json : {}) as { error?: unknown; detail?: unknown };
    const param = isJsonObject(error) ? error["param"] : undefined;
    const locations = (Array.isArray(detail) ? (detail as readonly unknown[]) : [])
      .map((each) => (isJsonObject(each) ? each["loc"] : undefined))
      .map((loc) => (Array.isArray(loc) ? (loc as readonly unknown[]).at(-1) : undefined));
    return new Set([param, ...locations].filter((name) => typeof name === "string"));
  } catch {
    return new Set();
  }
}

/** The fields that are the same for every request of a task, as JSON text without its closing brace. */
function commonFields(
  options: GenerateOptions,
  { isChat, model, extra, streams }: BodySettings,
  known: BodyLimits & Pick<BodySettings, "omit" | "maxTokensField">,
): string {
  const stop = options.stop.slice(0, known.maxStops);
  const asked = {
    ...(model === undefined ? {} : { model }),
    ...known.adapterFields,
    ...known.off,
    stream: streams,
    ...(streams ? { stream_options: { include_usage: true } } : {}),
    [known.maxTokensField]: options.maxTokens,
    temperature: options.temperature,
    ...(options.topP < 1 ? { top_p: options.topP } : {}),
    ...(options.topK > 0 ? { top_k: options.topK } : {}),
    ...(stop.length > 0 ? { stop } : {}),
    ...(options.logprobs ? { logprobs: isChat ? true : 1 } : {}),
    ...(options.schema !== undefined && isChat ? { response_format: responseFormat(options.schema) } : {}),
  };
  const fields = Object.entries({ ...asked, ...extra }).filter(([name]) => !known.omit.has(name));
  return JSON.stringify(Object.fromEntries(fields)).slice(0, -1);
}

/** Makes a writer. What is common to a task is turned into JSON once. */
export function createBodyWriter(settings: BodySettings, limits: BodyLimits): BodyWriter {
  const { isChat, system, extra } = settings;
  const omit = new Set(settings.omit);
  let { maxTokensField } = settings;
  let known = new WeakMap<GenerateOptions, string>();
  let revision = 0;
  const opening = system === undefined ? "" : `${JSON.stringify({ role: "system", content: system })},`;

  return {
    get revision() {
      return revision;
    },
    write({ prompt, seed }, options, n) {
      let common = known.get(options);
      if (common === undefined) {
        common = commonFields(options, settings, { ...limits, omit, maxTokensField });
        known.set(options, common);
      }
      const text = JSON.stringify(prompt);
      const input = isChat ? `"messages":[${opening}{"role":"user","content":${text}}]` : `"prompt":${text}`;
      const comma = common.length > 1 ? "," : "";
      const sendsSeed = !omit.has("seed") && extra["seed"] === undefined;
      const several = n > 1 ? `"n":${n},` : "";
      // Signed 32-bit in several servers: the top bit is dropped.
      return `${common}${comma}${several}${sendsSeed ? `"seed":${seed & 0x7fffffff},` : ""}${input}}`;
    },
    learn({ status, body }) {
      if (status !== 400 && status !== 422) return false;
      const refused = refusedFields(body);
      const other = refused.has(maxTokensField) ? OTHER_NAME[maxTokensField] : undefined;
      const dropsSeed = refused.has("seed") && !omit.has("seed");
      // Only once: a server that takes neither name is not to be asked for ever.
      const renames = other !== undefined && maxTokensField === settings.maxTokensField;
      if (!renames && !dropsSeed) return false;
      if (renames) maxTokensField = other;
      if (dropsSeed) {
        omit.add("seed");
        limits.onWarning("the server takes no seed: sampled answers cannot be made again");
      }
      known = new WeakMap();
      revision++;
      return true;
    },
  };
}

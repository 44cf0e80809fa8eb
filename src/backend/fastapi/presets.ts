import type { GenerateOptions } from "../../core/backend.ts";
import type { Completion, FinishReason } from "../../core/completion.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { readList, readText } from "./text.ts";

/** What was read of an answer for one prompt. */
export type Read = Pick<Completion, "text"> & Partial<Pick<Completion, "finish" | "tokens" | "logprobs">>;

/** What a call is made of. */
export interface Asked {
  /** One, or as many as the preset's batches hold. */
  readonly prompts: readonly string[];
  readonly seed: number;
  readonly options: GenerateOptions;
  /** A prompt as the service wants it: text, or an object with a field. */
  readonly wrap: (prompt: string) => JsonValue;
  /** Further fields of the suite's own. */
  readonly extra: JsonObject;
}

/** How a kind of service is asked. */
export interface Preset {
  readonly path: (model: string, isBatch: boolean) => string;
  /** Path that answers once it is ready. */
  readonly readyPath: (model: string) => string;
  /** True if it takes several prompts in a request. */
  readonly takesBatches: boolean;
  readonly needsModel: boolean;
  readonly body: (asked: Asked, isBatch: boolean) => JsonObject;
  /** @param path of the text within one prompt's entry; the usual places without */
  readonly read: (json: unknown, count: number, path: readonly string[] | undefined) => readonly Read[];
}

/** Parameters of text generation by transformers' names, which TGI and HF's pipelines share. Greedy without sampling. */
function sampling({ maxTokens, temperature, topP, topK }: GenerateOptions): JsonObject {
  const isGreedy = temperature === 0;
  return {
    max_new_tokens: maxTokens,
    do_sample: !isGreedy,
    return_full_text: false,
    ...(isGreedy ? {} : { temperature }),
    ...(!isGreedy && topP < 1 ? { top_p: topP } : {}),
    ...(!isGreedy && topK > 0 ? { top_k: topK } : {}),
  };
}

/** Parameters of a preset with the suite's own over them. */
function parameters(own: JsonObject, extra: JsonObject): JsonObject {
  const theirs = extra["parameters"];
  return { ...extra, parameters: { ...own, ...(isJsonObject(theirs) ? theirs : {}) } };
}

const TGI_FINISH: Readonly<Record<string, FinishReason>> = {
  eos_token: "stop",
  stop_sequence: "stop",
  length: "length",
};

/** TGI's answer, whose details name the finish reason and each token's log-probability. */
function readTgi(json: unknown, path: readonly string[] | undefined): Read {
  const answer: unknown = Array.isArray(json) ? json[0] : json;
  const text = readText(answer, path);
  const details = isJsonObject(answer) ? answer["details"] : undefined;
  if (!isJsonObject(details)) return { text };
  const {
    finish_reason: reason,
    tokens,
    generated_tokens: count,
    prefill,
  } = details as Readonly<Record<string, unknown>>;
  const logprobs = (Array.isArray(tokens) ? (tokens as readonly unknown[]) : [])
    .map((token) => (isJsonObject(token) ? token["logprob"] : undefined))
    .filter((value) => typeof value === "number");
  const prompt = Array.isArray(prefill) ? prefill.length : 0;
  return {
    text,
    finish: TGI_FINISH[String(reason)] ?? "unknown",
    // Without its tokens asked for, the prompt's length is not told.
    ...(typeof count === "number" && prompt > 0 ? { tokens: { prompt, completion: count } } : {}),
    ...(logprobs.length > 0 ? { logprobs } : {}),
  };
}

/** Text of a LangChain message whose content is a list of blocks, what the model thought first left out. */
function textOfBlocks(content: readonly unknown[]): string | undefined {
  const texts = content.flatMap((block) => {
    if (typeof block === "string") return [block];
    const { type, text } = (isJsonObject(block) ? block : {}) as { readonly type?: unknown; readonly text?: unknown };
    return type === "text" && typeof text === "string" ? [text] : [];
  });
  return texts.length === 0 ? undefined : texts.join("");
}

/** An output of a chain: text, or a chat model's message with what the model counted and why it ended. */
function readLangChain(output: unknown, path: readonly string[] | undefined): Read {
  if (!isJsonObject(output)) return { text: readText(output, path) };
  const { content, usage_metadata: usage, response_metadata: about } = output as Readonly<Record<string, unknown>>;
  const blocks = path === undefined && Array.isArray(content) ? textOfBlocks(content as readonly unknown[]) : undefined;
  const { input_tokens: prompt, output_tokens: completion } = (isJsonObject(usage) ? usage : {}) as Readonly<
    Record<string, unknown>
  >;
  const reason = isJsonObject(about) ? about["finish_reason"] : undefined;
  return {
    text: blocks ?? readText(output, path),
    ...(reason === "stop" || reason === "length" ? { finish: reason } : {}),
    ...(typeof prompt === "number" && typeof completion === "number" ? { tokens: { prompt, completion } } : {}),
  };
}

const langserve: Preset = {
  path: (_, isBatch) => (isBatch ? "/batch" : "/invoke"),
  readyPath: () => "/input_schema",
  takesBatches: true,
  needsModel: false,
  body: ({ prompts, wrap, extra }, isBatch) =>
    isBatch ? { inputs: prompts.map(wrap), ...extra } : { input: wrap(prompts[0] ?? ""), ...extra },
  read(json, count, path) {
    const entries = count === 1 && isJsonObject(json) && !Array.isArray(json["output"]) ? [json["output"]] : null;
    return (entries ?? readList(json, ["output"], count)).map((entry) => readLangChain(entry, path));
  },
};

const tgi: Preset = {
  path: () => "/generate",
  readyPath: () => "/health",
  takesBatches: false,
  needsModel: false,
  body: ({ prompts, options, seed, extra }) => ({
    inputs: prompts[0] ?? "",
    ...parameters(
      {
        ...sampling(options),
        details: true,
        decoder_input_details: false,
        seed: seed & 0x7fffffff,
        ...(options.stop.length > 0 ? { stop: options.stop.slice(0, 4) } : {}),
      },
      extra,
    ),
  }),
  read: (json, _, path) => [readTgi(json, path)],
};

const hfEndpoint: Preset = {
  path: () => "",
  readyPath: () => "/health",
  takesBatches: true,
  needsModel: false,
  body: ({ prompts, options, extra }, isBatch) => ({
    inputs: isBatch ? prompts : (prompts[0] ?? ""),
    ...parameters(sampling(options), extra),
  }),
  read: (json, count, path) =>
    count === 1
      ? [{ text: readText(json, path) }]
      : readList(json, [], count).map((entry) => ({ text: readText(entry, path) })),
};

const tensorflowServing: Preset = {
  path: (model) => `/v1/models/${model}:predict`,
  readyPath: (model) => `/v1/models/${model}`,
  takesBatches: true,
  needsModel: true,
  body: ({ prompts, wrap, extra }) => ({ instances: prompts.map(wrap), ...extra }),
  read: (json, count, path) => readList(json, ["predictions"], count).map((entry) => ({ text: readText(entry, path) })),
};

/** Services that are asked in a way of their own, by the name suites use. */
export const presets = {
  langserve,
  tgi,
  "hf-endpoint": hfEndpoint,
  "tensorflow-serving": tensorflowServing,
} satisfies Record<string, Preset>;

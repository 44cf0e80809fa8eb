import type {
  Backend,
  BackendModule,
  BackendTarget,
  GenerateOptions,
  GenerateRequest,
  LikelihoodRequest,
  Outcome,
} from "../core/backend.ts";
import type { Completion, ContinuationScore, FinishReason } from "../core/completion.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { readOptions } from "./options.ts";
import { findStop } from "./stop.ts";
import { loadInto, openWorker, type Worker } from "./transformers/worker.ts";

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    batch_size: { type: "integer", minimum: 1, maximum: 4096, default: 16, description: "Requests computed together" },
    device: {
      type: "string",
      pattern: "^(?:cpu|mps|cuda(?::\\d+)?)$",
      description: "cpu, cuda, cuda:1, mps; default: the first GPU, or the CPU",
    },
    dtype: {
      type: "string",
      enum: ["auto", "float32", "bfloat16", "float16", "int8"],
      description:
        "Numbers to compute with; int8 rounds the weights of linear layers. Default: as stored on a GPU, float32 on the CPU",
    },
    kind: {
      type: "string",
      enum: ["causal", "seq2seq", "classifier", "multiple-choice", "image-text"],
      description: "What the model is for; default: as its config.json says",
    },
    base_model: {
      type: "string",
      minLength: 1,
      description:
        "For an adapter: its base on the Hugging Face hub, if not what it says itself; `base` names a folder",
    },
    truncate: { type: "boolean", default: false, description: "Cut texts that are too long for a classifier" },
    chat: { type: "boolean", default: false, description: "Put prompts through the checkpoint's chat template" },
    system: { type: "string", description: "System message for the chat template" },
    context_window: { type: "integer", minimum: 1, description: "Most tokens; default: as config.json says" },
    timeout: { type: "number", exclusiveMinimum: 0, default: 1800, description: "Seconds a batch may take" },
  },
} as const;

const FINISH: ReadonlySet<unknown> = new Set<FinishReason>(["stop", "length"]);

/** The results of a batch, in the order of its requests. */
async function* askBatch<T>(
  worker: Worker,
  { request, signal, indices }: { request: JsonObject; signal: AbortSignal; indices: readonly number[] },
  read: (result: JsonObject) => T | null,
): AsyncGenerator<Outcome<T>> {
  const { results } = (await worker.ask(request, signal)) as { readonly results?: JsonValue };
  const list: readonly JsonValue[] = Array.isArray(results) ? (results as readonly JsonValue[]) : [];
  for (const [place, index] of indices.entries()) {
    const result = list[place];
    const error = isJsonObject(result) ? result["error"] : "the worker gave no result";
    const value = error === undefined && isJsonObject(result) ? read(result) : null;
    const message = typeof error === "string" ? error : "the worker's result cannot be read";
    yield value === null
      ? { index, kind: "failed", error: { code: "E_BACKEND", message } }
      : { index, kind: "done", value };
  }
}

function generate(
  worker: Worker,
  requests: readonly GenerateRequest[],
  { options, signal }: { options: GenerateOptions; signal: AbortSignal },
): AsyncIterable<Outcome<Completion>> {
  const { maxTokens, temperature, topP, topK, stop, logprobs } = options;
  const request = {
    type: "generate",
    requests: requests.map(({ prompt, seed }) => ({ prompt, seed })),
    options: { max_tokens: maxTokens, temperature, top_p: topP, top_k: topK, stop, logprobs },
  };
  const started = performance.now();
  const indices = requests.map(({ index }) => index);
  return askBatch(worker, { request, signal, indices }, (result) =>
    readCompletion(result, stop, performance.now() - started),
  );
}

function readCompletion(result: JsonObject, stop: readonly string[], totalMs: number): Completion | null {
  const { text, finish, tokens, logprobs } = result as Readonly<Record<string, JsonValue | undefined>>;
  if (typeof text !== "string" || !FINISH.has(finish)) return null;
  const [prompt, completion] = Array.isArray(tokens) ? (tokens as readonly JsonValue[]) : [];
  const values: readonly JsonValue[] | null = Array.isArray(logprobs) ? logprobs : null;
  const cut = findStop(text, stop);
  return {
    text: cut < 0 ? text : text.slice(0, cut),
    finish: finish as FinishReason,
    ...(typeof prompt === "number" && typeof completion === "number" ? { tokens: { prompt, completion } } : {}),
    ...(values === null ? {} : { logprobs: values.filter((value) => typeof value === "number") }),
    timings: { totalMs },
  };
}

function loglikelihood(
  worker: Worker,
  requests: readonly LikelihoodRequest[],
  signal: AbortSignal,
): AsyncIterable<Outcome<readonly ContinuationScore[]>> {
  const asked = requests.map(({ context, continuations }) => ({ context, continuations }));
  const request = { type: "loglikelihood", requests: asked };
  const indices = requests.map(({ index }) => index);
  return askBatch(worker, { request, signal, indices }, readScores);
}

function readScores(result: JsonObject): readonly ContinuationScore[] | null {
  const list = result["scores"];
  if (!Array.isArray(list)) return null;
  const scores: ContinuationScore[] = [];
  for (const entry of list as readonly JsonValue[]) {
    const { logprob, tokens, greedy } = (isJsonObject(entry) ? entry : {}) as Readonly<Record<string, unknown>>;
    if (typeof logprob !== "number" || typeof tokens !== "number" || typeof greedy !== "boolean") return null;
    scores.push({ logprob, tokens, greedy });
  }
  return scores;
}

async function create(target: BackendTarget, signal: AbortSignal): Promise<Backend> {
  const worker = await openWorker(target);
  const loaded = await loadInto(worker, target, signal);
  return {
    name: "transformers",
    version: loaded.version,
    capabilities: { generate: loaded.generates, loglikelihood: true },
    // A prompt that names an image does not say what is on it.
    isOpaque: loaded.kind === "image-text",
    batchSize: readOptions(target.options).number("batch_size") ?? 16,
    // The next batch waits in the pipe while one is computed.
    concurrency: 2,
    lengthOf: (prompt) => prompt.length,
    generate: (requests, options, each) => generate(worker, requests, { options, signal: each }),
    loglikelihood: (requests, each) => loglikelihood(worker, requests, each),
    [Symbol.asyncDispose]: () => worker.release(),
  };
}

/**
 * Hugging Face checkpoints as the Trainer saves them, safetensors, sharded or whole, and PEFT adapters: models that
 * write text, classifiers, multiple-choice and image–text models.
 */
export const transformers: BackendModule = {
  name: "transformers",
  summary: "Hugging Face checkpoints of any kind and PEFT adapters, run by transformers in a Python process",
  target: "folder",
  options: SCHEMA,
  create,
};

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
import { EvalhError } from "../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { shippedFile } from "../core/shipped-file.ts";
import { ProgramError, startProgram, type Program } from "./command/program.ts";
import { readOptions } from "./options.ts";
import { findStop } from "./stop.ts";

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
      enum: ["auto", "float32", "bfloat16", "float16"],
      description: "Numbers to compute with; default: as stored on a GPU, float32 on the CPU",
    },
    base_model: { type: "string", minLength: 1, description: "For an adapter: its base, if not where it says" },
    chat: { type: "boolean", default: false, description: "Put prompts through the checkpoint's chat template" },
    system: { type: "string", description: "System message for the chat template" },
    context_window: { type: "integer", minimum: 1, description: "Most tokens; default: as config.json says" },
    timeout: { type: "number", exclusiveMinimum: 0, default: 1800, description: "Seconds a batch may take" },
  },
} as const;

/** What a Python of the user's needs of the environment: where it is, where models lie, which devices to use. */
const ENVIRONMENT = [
  "PATH",
  "HOME",
  "LANG",
  "TMPDIR",
  "VIRTUAL_ENV",
  "LD_LIBRARY_PATH",
  "CUDA_VISIBLE_DEVICES",
  "CUDA_HOME",
  "OMP_NUM_THREADS",
  "HF_HOME",
  "HF_HUB_OFFLINE",
  "HF_TOKEN",
  "TRANSFORMERS_OFFLINE",
  "XDG_CACHE_HOME",
  "PYTORCH_CUDA_ALLOC_CONF",
];
/** Options that the worker is told. */
const WORKER_OPTIONS = new Set(["device", "dtype", "base_model", "chat", "system", "context_window"]);
const FINISH: ReadonlySet<unknown> = new Set<FinishReason>(["stop", "length"]);

function openWorker(target: BackendTarget): Program {
  const env: Record<string, string> = { PYTHONUNBUFFERED: "1", TOKENIZERS_PARALLELISM: "false" };
  for (const name of ENVIRONMENT) {
    const value = target.secret?.(name);
    if (value !== undefined) env[name] = value;
  }
  // Not an option of the suite, which could then name any program.
  const python = target.secret?.("EVALH_PYTHON") ?? "python3";
  const told = Object.fromEntries(Object.entries(target.options).filter(([name]) => WORKER_OPTIONS.has(name)));
  const program = shippedFile("gpu/python/worker.py", import.meta.url);
  const timeout = (readOptions(target.options).number("timeout") ?? 1800) * 1000;
  return startProgram({
    argv: [python, program, target.path, "--options", JSON.stringify(told)],
    env,
    cwd: target.path,
    timeout,
  });
}

async function ask(program: Program, request: JsonObject, signal: AbortSignal): Promise<JsonObject> {
  try {
    return await program.ask(request, signal);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new EvalhError("E_BACKEND", error.message, {
      hint: "it needs Python with torch and transformers: name it with EVALH_PYTHON=/path/to/python, see the guide on training",
      cause: error,
    });
  }
}

/** The results of a batch, in the order of its requests. */
async function* askBatch<T>(
  program: Program,
  { request, signal, indices }: { request: JsonObject; signal: AbortSignal; indices: readonly number[] },
  read: (result: JsonObject) => T | null,
): AsyncGenerator<Outcome<T>> {
  const { results } = (await ask(program, request, signal)) as { readonly results?: JsonValue };
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
  program: Program,
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
  return askBatch(program, { request, signal, indices }, (result) =>
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
  program: Program,
  requests: readonly LikelihoodRequest[],
  signal: AbortSignal,
): AsyncIterable<Outcome<readonly ContinuationScore[]>> {
  const asked = requests.map(({ context, continuations }) => ({ context, continuations }));
  const request = { type: "loglikelihood", requests: asked };
  const indices = requests.map(({ index }) => index);
  return askBatch(program, { request, signal, indices }, readScores);
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
  const program = openWorker(target);
  let version: JsonValue | undefined;
  try {
    version = (await ask(program, { type: "hello" }, signal))["version"];
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  return {
    name: "transformers",
    version: typeof version === "string" ? version : "transformers",
    capabilities: { generate: true, loglikelihood: true },
    batchSize: readOptions(target.options).number("batch_size") ?? 16,
    // The next batch waits in the pipe while one is computed.
    concurrency: 2,
    lengthOf: (prompt) => prompt.length,
    generate: (requests, options, each) => generate(program, requests, { options, signal: each }),
    loglikelihood: (requests, each) => loglikelihood(program, requests, each),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Hugging Face checkpoints as the Trainer saves them: safetensors, sharded or whole, and PEFT adapters. */
export const transformers: BackendModule = {
  name: "transformers",
  summary: "Hugging Face checkpoints and PEFT adapters, run by transformers in a Python process",
  target: "folder",
  options: SCHEMA,
  create,
};

import type {
  Backend,
  BackendModule,
  BackendTarget,
  GenerateOptions,
  GenerateRequest,
  LikelihoodRequest,
  Outcome,
} from "../core/backend.ts";
import type { Completion, ContinuationScore } from "../core/completion.ts";
import { EvalhError } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import { answerConcurrently } from "./concurrent.ts";
import { readTransportOptions, TRANSPORT_SCHEMA } from "./http/options.ts";
import { openTransport, type Transport } from "./http/transport.ts";
import { readCompletion } from "./openai/answer.ts";
import { NoLikelihoodError, readEcho } from "./openai/echo.ts";
import { readOptions } from "./options.ts";

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    model: { type: "string", minLength: 1, description: "Name the server knows the model by" },
    api: { enum: ["chat", "completions"], default: "chat", description: "Which endpoint: messages, or plain text" },
    system: { type: "string", description: "System message, for chat" },
    max_tokens_field: { type: "string", default: "max_tokens", description: "Some servers want max_completion_tokens" },
    body: { type: "object", description: "Further fields of every request; they replace those of the same name" },
    omit: { type: "array", items: { type: "string" }, description: "Fields a server does not accept, such as seed" },
    ...TRANSPORT_SCHEMA,
  },
} as const;

interface Settings {
  readonly model: string | undefined;
  readonly isChat: boolean;
  readonly system: string | undefined;
  readonly maxTokensField: string;
  readonly extra: JsonObject;
  readonly omit: ReadonlySet<string>;
  readonly concurrency: number;
}

function readSettings(target: BackendTarget): Settings {
  const read = readOptions(target.options);
  const { body, omit } = target.options;
  return {
    model: read.string("model") ?? target.modelName,
    isChat: read.string("api") !== "completions",
    system: read.string("system"),
    maxTokensField: read.string("max_tokens_field") ?? "max_tokens",
    extra: isJsonObject(body) ? body : {},
    omit: new Set(Array.isArray(omit) ? (omit as readonly unknown[]).map(String) : []),
    concurrency: read.number("concurrency") ?? 16,
  };
}

function responseFormat(schema: JsonObject): JsonObject {
  return { type: "json_schema", json_schema: { name: "reply", strict: true, schema } };
}

/** The fields that are the same for every request of a task, as JSON text without its closing brace. */
function commonFields(settings: Settings, options: GenerateOptions): string {
  const { isChat, model, maxTokensField, extra, omit } = settings;
  const asked = {
    ...(model === undefined ? {} : { model }),
    stream: false,
    [maxTokensField]: options.maxTokens,
    temperature: options.temperature,
    ...(options.topP < 1 ? { top_p: options.topP } : {}),
    ...(options.topK > 0 ? { top_k: options.topK } : {}),
    ...(options.stop.length > 0 ? { stop: options.stop } : {}),
    ...(options.logprobs ? { logprobs: isChat ? true : 1 } : {}),
    ...(options.schema !== undefined && isChat ? { response_format: responseFormat(options.schema) } : {}),
  };
  const fields = Object.entries({ ...asked, ...extra }).filter(([name]) => !omit.has(name));
  return JSON.stringify(Object.fromEntries(fields)).slice(0, -1);
}

/** Makes request bodies. What is common to a task is turned into JSON once. */
function createBodyWriter(settings: Settings): (request: GenerateRequest, options: GenerateOptions) => string {
  const known = new WeakMap<GenerateOptions, string>();
  const { isChat, system, extra, omit } = settings;
  const opening = system === undefined ? "" : `${JSON.stringify({ role: "system", content: system })},`;
  const sendsSeed = !omit.has("seed") && extra["seed"] === undefined;
  return ({ prompt, seed }, options) => {
    let common = known.get(options);
    if (common === undefined) {
      common = commonFields(settings, options);
      known.set(options, common);
    }
    const text = JSON.stringify(prompt);
    const input = isChat ? `"messages":[${opening}{"role":"user","content":${text}}]` : `"prompt":${text}`;
    const comma = common.length > 1 ? "," : "";
    // Signed 32-bit in several servers: the top bit is dropped.
    return `${common}${comma}${sendsSeed ? `"seed":${seed & 0x7fffffff},` : ""}${input}}`;
  };
}

function failed(index: number, message: string): Outcome<never> {
  return { index, kind: "failed", error: { code: "E_BACKEND", message } };
}

type Generate = (
  request: GenerateRequest,
  options: GenerateOptions,
  signal: AbortSignal,
) => Promise<Outcome<Completion>>;

function createGenerate(transport: Transport, settings: Settings): Generate {
  const path = settings.isChat ? "/chat/completions" : "/completions";
  const write = createBodyWriter(settings);
  return async (request, options, signal) => {
    const body = write(request, options);
    const read = (json: unknown): Completion => readCompletion(json, options.stop, options.logprobs);
    const reply = await transport.post({ path, body, read }, signal);
    if (reply.kind === "failed") return failed(request.index, reply.message);
    const value = { ...reply.value, timings: { totalMs: reply.ms } };
    return { index: request.index, kind: "done", value };
  };
}

/** What was read of an echo: a score, or why there cannot be one. */
type Echo = ContinuationScore | NoLikelihoodError;

function createScore(transport: Transport, settings: Settings) {
  const { model, extra, omit } = settings;
  const asked = { ...(model === undefined ? {} : { model }), echo: true, logprobs: 1, max_tokens: 1, temperature: 0 };
  const fields = Object.entries({ ...asked, ...extra }).filter(([name]) => !omit.has(name));
  const common = Object.fromEntries(fields);
  return async (request: LikelihoodRequest, signal: AbortSignal): Promise<Outcome<readonly ContinuationScore[]>> => {
    const { index, context } = request;
    const scores: ContinuationScore[] = [];
    for (const continuation of request.continuations) {
      const body = JSON.stringify({ ...common, prompt: context + continuation });
      const read = (json: unknown): Echo => {
        try {
          return readEcho(json, context, continuation);
        } catch (error) {
          if (error instanceof NoLikelihoodError) return error;
          throw error;
        }
      };
      const reply = await transport.post({ path: "/completions", body, read }, signal);
      if (reply.kind === "failed") return failed(index, reply.message);
      if (reply.value instanceof NoLikelihoodError) return failed(index, reply.value.message);
      scores.push(reply.value);
    }
    return { index, kind: "done", value: scores };
  };
}

async function create(target: BackendTarget): Promise<Backend> {
  const settings = readSettings(target);
  const transport = await openTransport(readTransportOptions(target));
  const generate = createGenerate(transport, settings);
  const score = createScore(transport, settings);
  const { concurrency, isChat, model } = settings;
  return {
    name: "openai",
    version: `openai ${isChat ? "chat" : "completions"} ${model ?? "default model"} at ${transport.address}`,
    capabilities: { generate: true, loglikelihood: !isChat },
    batchSize: 1,
    concurrency,
    lengthOf: (prompt) => prompt.length,
    generate: (requests, options, signal) =>
      answerConcurrently(requests, concurrency, (request) => generate(request, options, signal)),
    loglikelihood(requests, signal) {
      if (isChat) {
        throw new EvalhError("E_BACKEND", "chat endpoints give no log-probabilities of a given text", {
          hint: "Set `api: completions` for this model, or make the task kind `generate`.",
        });
      }
      return answerConcurrently(requests, concurrency, (request) => score(request, signal));
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** Any server with OpenAI's chat or completions API: vLLM, SGLang, TGI, llama.cpp, Ollama, LM Studio, OpenAI itself. */
export const openai: BackendModule = {
  name: "openai",
  summary: "OpenAI-compatible servers: vLLM, SGLang, TGI, llama.cpp, Ollama, LM Studio and others",
  target: "url",
  options: SCHEMA,
  create,
};

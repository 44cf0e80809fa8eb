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
import { ProgramError, startProgram, type Program } from "./command/program.ts";
import { answerConcurrently } from "./concurrent.ts";
import { readOptions } from "./options.ts";
import { findStop } from "./stop.ts";

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["command"],
  properties: {
    command: {
      type: "array",
      minItems: 1,
      items: { type: "string" },
      description: "Program and arguments; {checkpoint} in an argument stands for the checkpoint's path",
    },
    loglikelihood: { type: "boolean", default: false, description: "Whether it answers log-likelihood requests" },
    batch_size: {
      type: "integer",
      minimum: 1,
      maximum: 4096,
      default: 1,
      description: "Requests it is given at a time",
    },
    env: {
      type: "array",
      items: { type: "string" },
      description: "Names of environment variables it needs, beside PATH, HOME and LANG",
    },
    timeout: { type: "number", exclusiveMinimum: 0, default: 300, description: "Seconds an answer may take" },
  },
} as const;

const FINISH: ReadonlySet<unknown> = new Set<FinishReason>(["stop", "length", "filter", "unknown"]);

function strings(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter((item): item is string => typeof item === "string");
}

function numbers(value: JsonValue | undefined): readonly number[] | undefined {
  return Array.isArray(value) && value.every((item) => typeof item === "number") ? value : undefined;
}

function failed(index: number, message: string): Outcome<never> {
  return { index, kind: "failed", error: { code: "E_BACKEND", message } };
}

function readCompletion(answer: JsonObject, stops: readonly string[], totalMs: number): Completion | string {
  const { text, finish, tokens, logprobs } = answer as Readonly<Record<string, JsonValue | undefined>>;
  if (typeof text !== "string") return "the program's answer has no text";
  const cut = findStop(text, stops);
  const counts = isJsonObject(tokens) ? [tokens["prompt"], tokens["completion"]] : [];
  const [prompt, completion] = counts;
  const values = numbers(logprobs);
  const said = FINISH.has(finish) ? (finish as FinishReason) : "unknown";
  return {
    text: cut < 0 ? text : text.slice(0, cut),
    finish: cut < 0 ? said : "stop",
    ...(typeof prompt === "number" && typeof completion === "number" ? { tokens: { prompt, completion } } : {}),
    ...(values === undefined ? {} : { logprobs: values }),
    timings: { totalMs },
  };
}

function readScores(answer: JsonObject, count: number): readonly ContinuationScore[] | string {
  const list = answer["scores"];
  const scores: ContinuationScore[] = [];
  for (const entry of Array.isArray(list) ? (list as readonly JsonValue[]) : []) {
    const { logprob, tokens, greedy } = (isJsonObject(entry) ? entry : {}) as Readonly<Record<string, unknown>>;
    if (typeof logprob !== "number" || typeof tokens !== "number") return "a score lacks logprob or tokens";
    scores.push({ logprob, tokens, ...(typeof greedy === "boolean" ? { greedy } : {}) });
  }
  if (scores.length !== count) return `the program gave ${scores.length} scores for ${count} continuations`;
  return scores;
}

/** One request to the program; its own error fails the sample, its end the backend. */
async function ask<T>(
  program: Program,
  { index, request, signal }: { index: number; request: JsonObject; signal: AbortSignal },
  read: (answer: JsonObject) => T | string,
): Promise<Outcome<T>> {
  let answer: JsonObject;
  try {
    answer = await program.ask(request, signal);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new EvalhError("E_BACKEND", error.message, { hint: "Run the command by hand with one JSON line on stdin." });
  }
  const { error } = answer as { readonly error?: JsonValue };
  if (error !== undefined) return failed(index, typeof error === "string" ? error : JSON.stringify(error));
  const value = read(answer);
  return typeof value === "string" ? failed(index, value) : { index, kind: "done", value };
}

function generate(
  program: Program,
  { index, prompt, seed }: GenerateRequest,
  [options, signal]: readonly [GenerateOptions, AbortSignal],
): Promise<Outcome<Completion>> {
  const { maxTokens, temperature, topP, topK, stop, logprobs } = options;
  const settings = { max_tokens: maxTokens, temperature, top_p: topP, top_k: topK, stop, logprobs };
  const request = { type: "generate", prompt, seed, ...settings };
  const started = performance.now();
  return ask(program, { index, request, signal }, (answer) =>
    readCompletion(answer, stop, performance.now() - started),
  );
}

function score(
  program: Program,
  { index, context, continuations }: LikelihoodRequest,
  signal: AbortSignal,
): Promise<Outcome<readonly ContinuationScore[]>> {
  const request = { type: "loglikelihood", context, continuations };
  return ask(program, { index, request, signal }, (answer) => readScores(answer, continuations.length));
}

function openProgram(target: BackendTarget): Program {
  const [file, ...args] = strings(target.options["command"]);
  if (file === undefined) throw new EvalhError("E_BACKEND", "the option command is empty");
  if (target.allowCommands !== true) {
    throw new EvalhError("E_BACKEND", `the suite wants to run the program ${file}, which has not been allowed`, {
      hint: "Read what it does; then allow the suite's programs with --allow-code.",
    });
  }
  const env: Record<string, string> = {};
  for (const name of ["PATH", "HOME", "LANG", ...strings(target.options["env"])]) {
    const value = target.secret?.(name);
    if (value !== undefined) env[name] = value;
  }
  const filled = args.map((argument) => argument.replaceAll("{checkpoint}", target.path));
  const timeout = (readOptions(target.options).number("timeout") ?? 300) * 1000;
  return startProgram({ argv: [file, ...filled], env, cwd: target.path, timeout });
}

function create(target: BackendTarget): Promise<Backend> {
  const read = readOptions(target.options);
  const program = openProgram(target);
  const batchSize = read.number("batch_size") ?? 1;
  const loglikelihood = read.boolean("loglikelihood") ?? false;
  return Promise.resolve({
    name: "command",
    version: `command ${strings(target.options["command"]).join(" ")}`,
    capabilities: { generate: true, loglikelihood },
    batchSize,
    concurrency: 1,
    lengthOf: (prompt) => prompt.length,
    generate: (requests, options, signal) =>
      answerConcurrently(requests, batchSize, (request) => generate(program, request, [options, signal])),
    loglikelihood: (requests, signal) =>
      answerConcurrently(requests, batchSize, (request) => score(program, request, signal)),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  });
}

/**
 * Any program that reads one JSON request a line from stdin and writes one JSON answer a line to stdout:
 * `{"id": 7, "type": "generate", "prompt": …}` is answered by `{"id": 7, "text": …}` or `{"id": 7, "error": …}`,
 * `{"id": 8, "type": "loglikelihood", "context": …, "continuations": […]}` by `{"id": 8, "scores": [{"logprob", "tokens"}]}`.
 * Other lines are ignored.
 */
export const command: BackendModule = {
  name: "command",
  summary: "A program of your own that answers JSON lines",
  target: "folder",
  isOpaque: true,
  options: SCHEMA,
  create,
};

import type { Backend, BackendTarget, GenerateOptions } from "../../core/backend.ts";
import { EvalhError } from "../../core/errors.ts";
import type { Model, Suite } from "../../suite/suite.ts";
import type { CliIo } from "../io.ts";
import { overrideModels, type ModelFlags } from "../model-override.ts";
import { backends } from "../../backend/index.ts";
import type { Check } from "./checks.ts";

const PROMPT = "The capital of France is";
const OPTIONS: GenerateOptions = { maxTokens: 8, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: false };
/** Questions asked one after the other; the first also opens the connection. */
const QUESTIONS = 5;
const LONGEST = 60;

/** A suite of nothing, whose models the flags replace. */
const NO_SUITE = { tasks: [], models: [] } as unknown as Suite;

interface Question {
  readonly backend: Backend;
  readonly signal: AbortSignal;
}

/** Milliseconds and text of one answer. @throws EvalhError E_BACKEND */
async function askOnce({ backend, signal }: Question, seed: number): Promise<{ ms: number; text: string }> {
  const started = performance.now();
  for await (const outcome of backend.generate([{ index: 0, prompt: PROMPT, seed }], OPTIONS, signal)) {
    if (outcome.kind === "failed") throw new EvalhError("E_BACKEND", outcome.error.message);
    return { ms: performance.now() - started, text: outcome.value.text };
  }
  throw new EvalhError("E_BACKEND", "it does not answer");
}

async function answerCheck(question: Question): Promise<Check> {
  const base = { name: "answers", importance: "needed" as const };
  try {
    const answers = [];
    for (let i = 0; i < QUESTIONS; i++) answers.push(await askOnce(question, i));
    const times = answers
      .slice(1)
      .map(({ ms }) => ms)
      .toSorted((a, b) => a - b);
    const middle = times[times.length >> 1] ?? 0;
    const text = JSON.stringify(answers[0]?.text.slice(0, LONGEST));
    const found = `${text} to ${JSON.stringify(PROMPT)}, ${middle.toFixed(middle < 10 ? 1 : 0)} ms (middle of ${times.length})`;
    return { ...base, ok: true, found, fix: null };
  } catch (error) {
    return failed(base, error);
  }
}

async function likelihoodCheck({ backend, signal }: Question): Promise<Check> {
  const base = { name: "log-probabilities", importance: "optional" as const };
  const fix =
    "only choice, loglikelihood and perplexity tasks need them: vLLM and SGLang with --option api=completions";
  const { loglikelihood, whyNoLikelihood = "not given" } = backend.capabilities;
  if (!loglikelihood) return { ...base, ok: false, found: whyNoLikelihood, fix };
  try {
    const request = { index: 0, context: PROMPT, continuations: [" Paris"] };
    for await (const outcome of backend.loglikelihood([request], signal)) {
      if (outcome.kind === "failed") return { ...base, ok: false, found: outcome.error.message, fix };
      const [score] = outcome.value;
      return { ...base, ok: true, found: `" Paris" behind it has ${score?.logprob.toFixed(3)}`, fix: null };
    }
    return { ...base, ok: false, found: "no answer", fix };
  } catch (error) {
    return { ...failed(base, error), fix };
  }
}

function failed(base: Pick<Check, "name" | "importance">, error: unknown): Check {
  if (!(error instanceof EvalhError)) throw error;
  return { ...base, ok: false, found: error.message, fix: error.hint ?? null };
}

function targetOf(model: Model, { env, wait, onNotice }: ServerRequest): BackendTarget {
  return {
    path: model.url ?? "",
    options: model.options,
    secret: (name) => env[name],
    ...(model.modelName === null ? {} : { modelName: model.modelName }),
    ...(wait === undefined ? {} : { readyTimeout: wait }),
    onNotice: ({ message }) => onNotice(message),
  };
}

export interface ServerRequest {
  readonly flags: ModelFlags;
  readonly env: CliIo["env"];
  /** Seconds to wait for a server that is not there yet. */
  readonly wait: number | undefined;
  readonly onNotice: (message: string) => void;
}

/** Looks at a server as a run would see it: what it is, what it serves, whether and how fast it answers. */
export async function serverChecks(request: ServerRequest): Promise<Check[]> {
  const { models } = await overrideModels(NO_SUITE, request.flags, request.onNotice);
  const [model] = models;
  const load = Object.entries(backends).find(([name]) => name === model?.backend)?.[1];
  if (model === undefined || load === undefined) throw new EvalhError("E_USAGE", "--base-url says which server");
  const { signal } = new AbortController();
  let backend: Backend;
  try {
    backend = await (await load()).create(targetOf(model, request), signal);
  } catch (error) {
    return [failed({ name: "server", importance: "needed" }, error)];
  }
  await using question = { backend, signal, [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose]() };
  const fact = ([name, found]: readonly [string, string]): Check => ({
    name,
    importance: "optional",
    ok: true,
    found,
    fix: null,
  });
  return [
    fact(["server", backend.version]),
    ...(backend.facts ?? []).map(fact),
    await answerCheck(question),
    await likelihoodCheck(question),
  ];
}

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
import { isJsonObject, type JsonValue } from "../core/json.ts";
import { answerConcurrently } from "./concurrent.ts";
import { askCustom, type AskService } from "./fastapi/custom.ts";
import { presets, type Preset, type Read } from "./fastapi/presets.ts";
import { callsAtOnce, readTransportOptions, TRANSPORT_SCHEMA } from "./http/options.ts";
import { awaitReady } from "./http/ready.ts";
import { openTransport, type Transport } from "./http/transport.ts";
import { readOptions } from "./options.ts";
import { findStop } from "./stop.ts";

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    preset: {
      enum: ["custom", ...Object.keys(presets)],
      default: "custom",
      description: "How the service is asked: as its kind wants it, or as the options below say",
    },
    path: { type: "string", pattern: "^/", default: "/generate", description: "Where prompts are posted to" },
    prompt_in: {
      enum: ["auto", "json", "query"],
      default: "auto",
      description: "Prompt as a JSON field or a query parameter; auto finds out from the first answer",
    },
    prompt_field: {
      type: "string",
      default: "prompt",
      description: "Name of that field or parameter; for langserve and tensorflow-serving a field of each input",
    },
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
    model: { type: "string", minLength: 1, description: "For tensorflow-serving: the model, or model/versions/N" },
    batch_size: {
      type: "integer",
      minimum: 1,
      maximum: 1024,
      default: 1,
      description: "Prompts of a request, for presets that take several",
    },
    ...TRANSPORT_SCHEMA,
  },
} as const;

const NO_LIKELIHOOD = "a service that answers with text gives no log-probabilities of a given one";

function presetOf(options: BackendTarget["options"]): Preset | null {
  const name = readOptions(options).string("preset") ?? "custom";
  return Object.entries(presets).find(([known]) => known === name)?.[1] ?? null;
}

function modelOf(target: BackendTarget, preset: Preset): string {
  const model = target.modelName ?? readOptions(target.options).string("model");
  if (model !== undefined || !preset.needsModel) return model ?? "";
  throw new EvalhError("E_BACKEND", "TensorFlow Serving wants the model's name", {
    hint: "give it with model_name in the suite or --model",
  });
}

function askPreset(transport: Transport, target: BackendTarget, preset: Preset): AskService {
  const { options } = target;
  const read = readOptions(options);
  const model = modelOf(target, preset);
  const field = read.string("prompt_field");
  const place = read.string("response")?.split(".");
  const extra = isJsonObject(options["body"]) ? options["body"] : {};
  const wrap = (prompt: string): JsonValue => (field === undefined ? prompt : { [field]: prompt });
  return (requests, generate, signal) => {
    const count = requests.length;
    const isBatch = count > 1;
    const prompts = requests.map(({ prompt }) => prompt);
    const asked = { prompts, seed: requests[0]?.seed ?? 0, options: generate, wrap, extra };
    const path = read.string("path") ?? preset.path(model, isBatch);
    const reader = (json: unknown): readonly Read[] => preset.read(json, count, place);
    return transport.post({ path, body: JSON.stringify(preset.body(asked, isBatch)), read: reader }, signal);
  };
}

async function answers(
  ask: AskService,
  requests: readonly GenerateRequest[],
  [options, signal]: readonly [GenerateOptions, AbortSignal],
): Promise<readonly Outcome<Completion>[]> {
  const reply = await ask(requests, options, signal);
  return requests.map(({ index }, place): Outcome<Completion> => {
    if (reply.kind === "failed") return { index, kind: "failed", error: { code: "E_BACKEND", message: reply.message } };
    const { text, finish = "unknown", ...rest } = reply.value[place] as Read;
    const cut = findStop(text, options.stop);
    const shown = cut < 0 ? { text, finish } : { text: text.slice(0, cut), finish: "stop" as const };
    const { logprobs, tokens } = rest;
    const value: Completion = {
      ...shown,
      ...(tokens === undefined ? {} : { tokens }),
      ...(options.logprobs && logprobs !== undefined ? { logprobs } : {}),
      timings: { totalMs: reply.ms },
    };
    return { index, kind: "done", value };
  });
}

async function create(target: BackendTarget, signal: AbortSignal): Promise<Backend> {
  const read = readOptions(target.options);
  const preset = presetOf(target.options);
  const name = read.string("preset") ?? "custom";
  const transport = await openTransport(readTransportOptions(target));
  try {
    const path = preset === null ? "" : preset.readyPath(modelOf(target, preset));
    const timeout = target.readyTimeout ?? read.number("ready_timeout") ?? null;
    const { onNotice } = target;
    const takesSilence = preset === null;
    const ready = { request: { path }, timeout, takesSilence, ...(onNotice === undefined ? {} : { onNotice }) };
    await awaitReady(transport, ready, signal);
  } catch (error) {
    await transport[Symbol.asyncDispose]();
    throw error;
  }
  const ask = preset === null ? askCustom(transport, target.options) : askPreset(transport, target, preset);
  const limit = callsAtOnce(target);
  const batchSize = preset?.takesBatches === true ? (read.number("batch_size") ?? 1) : 1;
  return {
    name: "fastapi",
    version: `fastapi ${name === "custom" ? "" : `${name} `}${transport.address}`,
    capabilities: { generate: true, loglikelihood: false, whyNoLikelihood: NO_LIKELIHOOD },
    batchSize,
    concurrency: limit,
    lengthOf: (prompt) => prompt.length,
    async *generate(requests, options, on) {
      const groups = batchSize > 1 ? [requests] : requests.map((request) => [request]);
      const asked = answerConcurrently(groups, limit, (group) => answers(ask, group, [options, on]));
      for await (const outcomes of asked) yield* outcomes;
    },
    loglikelihood() {
      throw new EvalhError("E_BACKEND", NO_LIKELIHOOD);
    },
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** A service that takes a prompt by POST and answers with text: FastAPI tutorials, LangServe, TGI, TensorFlow Serving. */
export const fastapi: BackendModule = {
  name: "fastapi",
  summary: "Services that take a prompt by POST: FastAPI, LangServe, TGI, TensorFlow Serving, HF endpoints",
  target: "url",
  options: SCHEMA,
  whyNoLikelihood: () => ({
    reason: NO_LIKELIHOOD,
    hint: "Set `scoring: generate` on a choice task, or ask an OpenAI-compatible server.",
  }),
  create,
};

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
import { isJsonObject } from "../core/json.ts";
import { callsAtOnce, readTransportOptions, TRANSPORT_SCHEMA } from "./http/options.ts";
import { awaitReady } from "./http/ready.ts";
import { openTransport } from "./http/transport.ts";
import { readOptions } from "./options.ts";
import { findStop } from "./stop.ts";
import type { TritonClient } from "./triton/client.ts";
import { grpcClient } from "./triton/grpc-client.ts";
import { openGrpc } from "./triton/grpc-exchange.ts";
import { httpClient } from "./triton/http-client.ts";
import type { ModelInfo } from "./triton/model-info.ts";
import { findPorts, type Ports } from "./triton/ports.ts";

/** Rows of a request where the model takes more. */
const USUAL_BATCH = 8;

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    protocol: { enum: ["http", "grpc"], default: "http", description: "How to ask; each has a port of its own" },
    model: { type: "string", minLength: 1, description: "Name of the model; the only one by default" },
    version: { type: "string", description: "Version of the model; the server's choice by default" },
    binary: { type: "boolean", default: true, description: "Over HTTP: tensors as bytes behind the JSON" },
    prompt: { type: "string", description: "Input that takes the prompt; the only one of text by default" },
    output: { type: "string", description: "Output that holds the answer; the only one of text by default" },
    inputs: { type: "object", description: "Constant values of further inputs, by name" },
    batch_size: { type: "integer", minimum: 1, description: "Prompts of a request; at most what the model takes" },
    ...TRANSPORT_SCHEMA,
  },
} as const;

async function openClient(target: BackendTarget): Promise<TritonClient> {
  const read = readOptions(target.options);
  const isGrpc = read.string("protocol") === "grpc";
  // KServe's paths begin with /v2, which some give as part of the address.
  const options = readTransportOptions({ ...target, path: target.path.replace(/\/v2\/?$/, "") });
  if (isGrpc) return grpcClient(await openTransport(options, openGrpc));
  return httpClient(await openTransport(options), read.boolean("binary") ?? true);
}

async function modelName(client: TritonClient, target: BackendTarget, signal: AbortSignal): Promise<string> {
  const named = target.modelName ?? readOptions(target.options).string("model");
  if (named !== undefined) return named;
  const names = await client.models(signal);
  const [only, second] = names;
  if (only !== undefined && second === undefined) return only;
  const found = only === undefined ? "lists no model that is ready" : `serves ${names.join(", ")}`;
  throw new EvalhError("E_BACKEND", `${client.address} ${found}: which one?`, {
    hint: "name it with model_name in the suite or --model",
  });
}

function failures(requests: readonly GenerateRequest[], message: string): readonly Outcome<Completion>[] {
  return requests.map(({ index }) => ({ index, kind: "failed", error: { code: "E_BACKEND", message } }));
}

function completion(text: string, stops: readonly string[], timings: NonNullable<Completion["timings"]>): Completion {
  const cut = findStop(text, stops);
  return { text: cut < 0 ? text : text.slice(0, cut), finish: cut < 0 ? "unknown" : "stop", timings };
}

interface Served {
  readonly client: TritonClient;
  readonly model: ModelInfo;
  readonly ports: Ports;
}

async function ask(
  { client, model, ports }: Served,
  requests: readonly GenerateRequest[],
  [options, signal]: readonly [GenerateOptions, AbortSignal],
): Promise<readonly Outcome<Completion>[]> {
  const inputs = ports.tensors(requests, options, model.isDecoupled);
  const request = { model, inputs, output: ports.output };
  const [first] = requests;
  if (model.isDecoupled && first !== undefined) {
    const reply = await client.stream(request, signal);
    if (reply.kind === "failed") return failures(requests, reply.message);
    const { text, firstMs } = reply.value;
    const timings = { totalMs: reply.ms, ...(firstMs === undefined ? {} : { firstTokenMs: firstMs }) };
    return [{ index: first.index, kind: "done", value: completion(text, options.stop, timings) }];
  }
  const reply = await client.infer(request, signal);
  if (reply.kind === "failed") return failures(requests, reply.message);
  const data = reply.value.find(({ name }) => name === ports.output)?.data ?? [];
  // A row may hold several texts, such as beams; the first is the likeliest.
  const width = data.length / requests.length;
  if (!Number.isInteger(width) || width < 1) {
    return failures(requests, `the answer has ${data.length} texts for ${requests.length} prompts`);
  }
  return requests.map(({ index }, row) => {
    const value = completion(String(data[row * width]), options.stop, { totalMs: reply.ms });
    return { index, kind: "done", value };
  });
}

async function connect(target: BackendTarget, signal: AbortSignal): Promise<Served> {
  const { options, onNotice } = target;
  const read = readOptions(options);
  const client = await openClient(target);
  try {
    const timeout = target.readyTimeout ?? read.number("ready_timeout") ?? null;
    const server = { address: client.address, redact: (text: string) => text, look: () => client.ready(signal) };
    const ready = { request: { path: "" }, timeout };
    await awaitReady(server, onNotice === undefined ? ready : { ...ready, onNotice }, signal);
    const name = await modelName(client, target, signal);
    const model = await client.describe({ name, version: read.string("version") ?? null }, signal);
    const constants = isJsonObject(options["inputs"]) ? options["inputs"] : {};
    const ports = findPorts(model, { prompt: read.string("prompt"), output: read.string("output"), constants });
    return { client, model, ports };
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}

async function create(target: BackendTarget, signal: AbortSignal): Promise<Backend> {
  const served = await connect(target, signal);
  const { client, model } = served;
  const wanted = readOptions(target.options).number("batch_size") ?? USUAL_BATCH;
  const platform = model.platform === "" ? "" : ` ${model.platform}`;
  const version = model.version === null ? "" : ` version ${model.version}`;
  return {
    name: "triton",
    version: `triton${platform} ${model.name}${version} by ${client.protocol} at ${client.address}`,
    capabilities: { generate: true, loglikelihood: false, whyNoLikelihood: NO_LIKELIHOOD },
    facts: [
      ["prompt and answer", `${served.ports.prompt} → ${served.ports.output}`],
      ["most rows a request", model.maxBatch === 0 ? "no batches" : String(model.maxBatch)],
      ["answers", model.isDecoupled ? "token by token (decoupled)" : "one a request"],
    ],
    // Answers that come in pieces do not say which row they belong to.
    batchSize: model.isDecoupled ? 1 : Math.max(1, Math.min(wanted, model.maxBatch)),
    concurrency: callsAtOnce(target),
    lengthOf: (prompt) => prompt.length,
    async *generate(requests, options, on) {
      yield* await ask(served, requests, [options, on]);
    },
    loglikelihood() {
      throw new EvalhError("E_BACKEND", NO_LIKELIHOOD);
    },
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

const NO_LIKELIHOOD = "KServe v2 has no call for the log-probability of a given text";
const HINT = "Set `scoring: generate` on a choice task, or ask an OpenAI-compatible server.";

/** NVIDIA Triton and other servers of the open inference protocol (KServe v2), over HTTP or gRPC. */
export const triton: BackendModule = {
  name: "triton",
  summary: "NVIDIA Triton and other KServe v2 servers, over HTTP or gRPC",
  target: "url",
  options: SCHEMA,
  whyNoLikelihood: () => ({ reason: NO_LIKELIHOOD, hint: HINT }),
  create,
};

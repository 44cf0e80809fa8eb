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
import { answerConcurrently, answerTogether } from "./concurrent.ts";
import { callsAtOnce, readTransportOptions } from "./http/options.ts";
import { awaitReady } from "./http/ready.ts";
import { openTransport, type Transport } from "./http/transport.ts";
import { loadAdapter } from "./openai/adapters.ts";
import { createBodyWriter } from "./openai/body.ts";
import { chooseModel } from "./openai/choose-model.ts";
import { createGenerate, type Generate } from "./openai/generate.ts";
import { describeServer, recognise, serverName, type Recognised } from "./openai/recognise.ts";
import { servedWeights } from "./openai/served-weights.ts";
import { createScore } from "./openai/score.ts";
import { isChat, readSettings, SCHEMA, type Settings } from "./openai/settings.ts";
import { readOptions } from "./options.ts";

const CHAT_REASON = "chat endpoints give no log-probabilities of a given text";
const CHAT_HINT = "Set `api: completions` for this model, or `scoring: generate` on a choice task.";

/** A server that is there, and what is known of it. */
interface Connection {
  readonly transport: Transport;
  readonly server: Recognised;
  readonly settings: Settings;
  /** Fields that name the adapter, where the model's name does not. */
  readonly adapterFields: Readonly<Record<string, string>>;
  readonly unload: () => Promise<void>;
}

async function connect(target: BackendTarget, signal: AbortSignal): Promise<Connection> {
  const given = readSettings(target);
  const transport = await openTransport(readTransportOptions(target));
  try {
    const timeout = target.readyTimeout ?? readOptions(target.options).number("ready_timeout") ?? null;
    const ready = { request: { path: "/models" }, timeout };
    const { onNotice } = target;
    const listing = await awaitReady(transport, onNotice === undefined ? ready : { ...ready, onNotice }, signal);
    const server = await recognise(transport, listing, signal);
    if (target.adapter === undefined) {
      const model = chooseModel(given.model, server, transport.address);
      const settings = { ...given, model };
      return { transport, server, settings, adapterFields: {}, unload: () => Promise.resolve() };
    }
    const name = given.model ?? target.adapter;
    if (!given.loadsAdapters) {
      throw new EvalhError("E_BACKEND", `${name} is a LoRA adapter that the server would have to load`, {
        hint: "Allow it with `load_adapters: true`; for one it has loaded, `model_name` alone is enough.",
      });
    }
    const unload = await loadAdapter(transport, { name, path: target.adapter, server }, signal);
    const isByField = server.profile?.adapters?.field === "lora_path";
    const settings = isByField ? { ...given, model: chooseModel(undefined, server, transport.address) } : given;
    return { transport, server, settings, adapterFields: isByField ? { lora_path: name } : {}, unload };
  } catch (error) {
    await transport[Symbol.asyncDispose]();
    throw error;
  }
}

/** Says once what a server will not do as it is told. */
function createPrecautions(
  { server, transport }: Connection,
  target: BackendTarget,
): (options: GenerateOptions) => void {
  const said = new WeakSet<GenerateOptions>();
  return (options) => {
    if (said.has(options)) return;
    said.add(options);
    const ignored = server.profile?.ignores ?? [];
    if (options.topK > 0 && ignored.includes("top_k")) {
      const message = `${transport.address}: ${server.profile?.name} drops top_k; its own default counts`;
      target.onNotice?.({ kind: "warning", message });
    }
  };
}

function generateAll(
  generate: Generate,
  requests: readonly GenerateRequest[],
  options: GenerateOptions,
  { signal, limit, isTogether }: { readonly signal: AbortSignal; readonly limit: number; readonly isTogether: boolean },
): AsyncIterable<Outcome<Completion>> {
  const [first] = requests;
  const isOne = requests.length === 1 || (isTogether && requests.every(({ prompt }) => prompt === first?.prompt));
  if (isOne) return answerTogether(() => generate(requests, options, signal));
  const groups = requests.map((request) => [request]);
  return flat(answerConcurrently(groups, limit, (group) => generate(group, options, signal)));
}

async function* flat<T>(groups: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const group of groups) yield* group;
}

async function create(target: BackendTarget, signal: AbortSignal): Promise<Backend> {
  const connection = await connect(target, signal);
  const { transport, server, settings, adapterFields, unload } = connection;
  const onWarning = (message: string): void =>
    target.onNotice?.({ kind: "warning", message: `${transport.address}: ${message}` });
  const maxStops = Math.min(server.facts.maxStops ?? Infinity, server.profile?.maxStops ?? Infinity);
  const writer = createBodyWriter(settings, { maxStops, adapterFields, off: server.profile?.off ?? {}, onWarning });
  const generate = createGenerate(transport, settings, writer);
  const score = createScore(transport, settings, adapterFields);
  const warn = createPrecautions(connection, target);
  const limit = callsAtOnce(target);
  const name = serverName(server);
  const weights = await servedWeights(transport, server, { model: settings.model, signal });
  const noEcho = server.profile?.echoes === false ? `${name} gives no log-probabilities of a given text` : null;
  const whyNot = settings.isChat ? CHAT_REASON : noEcho;
  return {
    name: "openai",
    version: [
      `openai ${settings.isChat ? "chat" : "completions"}`,
      ...(adapterFields["lora_path"] === undefined ? [] : [adapterFields["lora_path"], "on"]),
      settings.model ?? "default model",
      `at ${transport.address}`,
      ...(name === null ? [] : [`(${name})`]),
    ].join(" "),
    weights,
    capabilities: {
      generate: true,
      loglikelihood: whyNot === null,
      ...(whyNot === null ? {} : { whyNoLikelihood: whyNot }),
    },
    facts: describeServer(server),
    batchSize: 1,
    concurrency: limit,
    asksRepeatsAtOnce: settings.asksRepeatsAtOnce,
    lengthOf: (prompt) => prompt.length,
    generate(requests, options, signal) {
      warn(options);
      const isTogether = settings.asksRepeatsAtOnce;
      return generateAll(generate, requests, options, { signal, limit, isTogether });
    },
    loglikelihood(requests, signal) {
      if (whyNot !== null) throw new EvalhError("E_BACKEND", whyNot, { hint: CHAT_HINT });
      return answerConcurrently(requests, limit, (request) => score(request, signal));
    },
    async [Symbol.asyncDispose]() {
      await unload();
      await transport[Symbol.asyncDispose]();
    },
  };
}

/** Any server with OpenAI's chat or completions API: vLLM, SGLang, TGI, llama.cpp, Ollama, LM Studio, OpenAI itself. */
export const openai: BackendModule = {
  name: "openai",
  summary: "OpenAI-compatible servers: vLLM, SGLang, TGI, llama.cpp, Ollama, LM Studio and others",
  target: "url",
  servesAdapters: true,
  options: SCHEMA,
  whyNoLikelihood: (options) => (isChat(options) ? { reason: CHAT_REASON, hint: CHAT_HINT } : null),
  create,
};

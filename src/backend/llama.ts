import { availableParallelism } from "node:os";

import type { Backend, BackendModule, BackendTarget, Outcome } from "../core/backend.ts";
import { EvalhError, messageOf } from "../core/errors.ts";
import { answerConcurrently } from "./concurrent.ts";
import type { Reader } from "./continuations.ts";
import { failed } from "./failed.ts";
import { DEVICES, loadBase, type BaseModel } from "./llama/base-model.ts";
import { loadLlama, type LlamaContext, type LlamaModule, type Sequence } from "./llama/runtime.ts";
import { scoreRequest } from "./llama/scoring.ts";
import { openText } from "./llama/text.ts";
import { write } from "./llama/writing.ts";
import { readOptions } from "./options.ts";

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    sequences: { type: "integer", minimum: 1, maximum: 256, default: 4, description: "Texts computed at a time" },
    threads: { type: "integer", minimum: 1, description: "Threads on the CPU; default: one less than it has cores" },
    device: { enum: DEVICES, default: "auto", description: "Where to compute; auto takes a GPU that can be used" },
    context_window: {
      type: "integer",
      minimum: 8,
      description: "Most tokens of prompt and answer together; default: the model's, at most 4096",
    },
    lora_scale: { type: "number", default: 1, description: "How strongly an adapter counts" },
    chat: { type: "boolean", default: false, description: "Put prompts through the model's chat template" },
    system: { type: "string", description: "System message for the chat template" },
    add_bos: { type: "boolean", description: "Whether BOS begins a prompt; default: as the model says" },
  },
} as const;

const DEFAULT_WINDOW = 4096;

/** A checkpoint ready to answer: the base's weights, with the adapter if it is one. */
interface Opened extends AsyncDisposable {
  readonly base: BaseModel;
  readonly reader: Reader;
  readonly sequences: readonly Sequence[];
}

/**
 * The file that holds the weights, and the adapter to put on them, if the checkpoint is one.
 * @throws EvalhError E_CHECKPOINT for an adapter without a base, or a file that cannot be read
 */
async function filesOf(
  module: LlamaModule,
  { path, base }: BackendTarget,
): Promise<{ base: string; adapter: string | null }> {
  let kind: string | undefined;
  try {
    const { metadata } = await module.readGgufFileInfo(path, {
      readTensorInfo: false,
      sourceType: "filesystem",
      logWarnings: false,
    });
    kind = metadata.general?.type;
  } catch (error) {
    throw new EvalhError("E_CHECKPOINT", `${path} is not a GGUF file that can be read: ${messageOf(error)}`, {
      hint: "the backend llama runs .gguf files, as llama.cpp's convert_hf_to_gguf.py makes them",
      cause: error,
    });
  }
  if (kind !== "adapter") return { base: path, adapter: null };
  if (base !== undefined) return { base, adapter: path };
  throw new EvalhError("E_CHECKPOINT", `${path} is an adapter: it needs the model that it was trained on`, {
    hint: "name it in the suite's model entry, for example `base: models/base.gguf`",
  });
}

async function open(target: BackendTarget, module: LlamaModule, signal: AbortSignal): Promise<Opened> {
  const read = readOptions(target.options);
  const files = await filesOf(module, target);
  const device = read.string("device") ?? "auto";
  const load = (): Promise<BaseModel> => loadBase(module, { path: files.base, device, signal });
  const base = await (target.keep?.take(`llama ${device} ${files.base}`, load) ?? load());
  const opened = new AsyncDisposableStack();
  if (target.keep === undefined) opened.use(base);
  try {
    const window = read.number("context_window") ?? Math.min(base.model.trainContextSize, DEFAULT_WINDOW);
    const count = read.number("sequences") ?? 4;
    const reader = await openText(base.model, { options: target.options, file: files.base, window });
    const scale = read.number("lora_scale") ?? 1;
    const context: LlamaContext = await base.model.createContext({
      contextSize: window,
      sequences: count,
      threads: read.number("threads") ?? Math.max(1, availableParallelism() - 1),
      // Without it, models with sliding windows forget the context that the next continuation stands behind.
      swaFullCache: true,
      createSignal: signal,
      ...(files.adapter === null ? {} : { lora: { adapters: [{ filePath: files.adapter, scale }] } }),
    });
    opened.defer(() => context.dispose());
    const sequences = Array.from({ length: count }, () => context.getSequence());
    return { base, reader, sequences, [Symbol.asyncDispose]: () => opened.disposeAsync() };
  } catch (error) {
    await opened.disposeAsync();
    signal.throwIfAborted();
    if (error instanceof EvalhError) throw error;
    const why = [messageOf(error), base.lastComplaint()].filter(Boolean).join("; ");
    throw new EvalhError("E_CHECKPOINT", `${target.path} cannot be used: ${why}`, {
      hint: "lower the options context_window or sequences if memory is short; an adapter must be made for its base",
      cause: error,
    });
  }
}

/** Lets requests use the sequences by turns; what goes wrong with one request is that request's failure. */
function inTurns<R extends { readonly index: number }, T>(
  sequences: readonly Sequence[],
  requests: readonly R[],
  { answer, signal }: { answer: (request: R, sequence: Sequence) => Promise<Outcome<T>>; signal: AbortSignal },
): AsyncIterable<Outcome<T>> {
  const free = [...sequences];
  return answerConcurrently(requests, sequences.length, async (request) => {
    const sequence = free.pop() as Sequence;
    try {
      return await answer(request, sequence);
    } catch (error) {
      signal.throwIfAborted();
      return failed(request.index, messageOf(error));
    } finally {
      free.push(sequence);
    }
  });
}

async function create(target: BackendTarget, signal: AbortSignal): Promise<Backend> {
  const module = await loadLlama(target);
  const { base, reader, sequences, [Symbol.asyncDispose]: dispose } = await open(target, module, signal);
  const device = base.engine.gpu === false ? "cpu" : base.engine.gpu;
  return {
    name: "llama",
    version: `node-llama-cpp ${await module.getModuleVersion()} ${device}`,
    capabilities: { generate: true, loglikelihood: true },
    // A batch is what the sequences hold: texts that are computed together change each other's last bits.
    batchSize: sequences.length,
    concurrency: 1,
    lengthOf: (prompt) => prompt.length,
    generate(requests, options, signal) {
      const started = performance.now();
      return inTurns(sequences, requests, {
        signal,
        answer: (request, sequence) =>
          write({ reader, model: base.model }, sequence, { request, options, signal, started }),
      });
    },
    loglikelihood: (requests, signal) =>
      inTurns(sequences, requests, {
        signal,
        answer: (request, sequence) => scoreRequest(reader, sequence, { request, signal }),
      }),
    [Symbol.asyncDispose]: dispose,
  };
}

/** GGUF files and LoRA adapters in that format, in this process. */
export const llama: BackendModule = {
  name: "llama",
  summary: "GGUF models and LoRA adapters on one base, run by llama.cpp in this process",
  target: "folder",
  options: SCHEMA,
  create,
};

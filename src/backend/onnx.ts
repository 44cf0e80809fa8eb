import type { Backend, BackendModule, BackendTarget, Outcome } from "../core/backend.ts";
import type { Completion, ContinuationScore } from "../core/completion.ts";
import { DEVICES } from "./onnx/device.ts";
import { openThreadPool } from "./onnx/thread-pool.ts";
import { readOptions } from "./options.ts";

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  properties: {
    file: {
      type: "string",
      minLength: 1,
      description: "ONNX file, for example model_fp16.onnx; default: the smallest",
    },
    batch_size: { type: "integer", minimum: 1, maximum: 4096, default: 32, description: "Requests computed together" },
    threads: {
      type: "integer",
      minimum: 1,
      description:
        "Threads of a matrix product; default: 1 for small models, whose batches run side by side, all cores for others",
    },
    device: {
      enum: ["auto", ...DEVICES],
      default: "auto",
      description: "Where to compute; auto takes a CUDA GPU where onnxruntime-node has its libraries, else the CPU",
    },
    truncate: { type: "boolean", default: false, description: "Cut texts that are too long for a classifier" },
    chat: { type: "boolean", default: false, description: "Put prompts through the checkpoint's chat template" },
    system: { type: "string", description: "System message for the chat template" },
    add_bos: { type: "boolean", description: "Whether BOS begins a prompt; default: as the tokenizer does" },
    context_window: { type: "integer", minimum: 1, description: "Most tokens; default: as config.json says" },
  },
} as const;

async function create({ path, options }: BackendTarget, signal: AbortSignal): Promise<Backend> {
  signal.throwIfAborted();
  const pool = await openThreadPool({ path, options });
  const { version, capabilities } = pool.facts;
  return {
    name: "onnx",
    version,
    capabilities,
    batchSize: readOptions(options).number("batch_size") ?? 32,
    concurrency: pool.size,
    lengthOf: (prompt) => prompt.length,
    // A job's outcomes are of the kind the job asks for.
    generate: (requests, options, signal) =>
      pool.run({ kind: "generate", requests, options }, signal) as AsyncIterable<Outcome<Completion>>,
    loglikelihood: (requests, signal) =>
      pool.run({ kind: "loglikelihood", requests }, signal) as AsyncIterable<Outcome<readonly ContinuationScore[]>>,
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** Hugging Face checkpoint folders with an ONNX export: causal and encoder–decoder models, and classifiers. */
export const onnx: BackendModule = {
  name: "onnx",
  summary: "ONNX exports in Hugging Face folders, run in threads of this process",
  target: "folder",
  options: SCHEMA,
  create,
};

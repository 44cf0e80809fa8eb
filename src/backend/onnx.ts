import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";

import { EvalhError } from "../core/errors.ts";
import type { Backend, BackendModule, BackendTarget } from "../core/backend.ts";
import type { JsonObject } from "../core/json.ts";
import { openChatTemplate } from "./onnx/chat-template.ts";
import { readCheckpointFolder, type CheckpointFolder } from "./onnx/checkpoint-folder.ts";
import { openDecoder, runtimeVersion } from "./onnx/decoder.ts";
import { generateBatch } from "./onnx/generation.ts";
import type { LanguageModel } from "./onnx/language-model.ts";
import { scoreBatch } from "./onnx/likelihood.ts";
import { openTextCodec } from "./onnx/text-codec.ts";
import { readOptions } from "./options.ts";

/** Up to here one thread computes a layer faster than several can share it out. */
const SMALL_MODEL_BYTES = 64e6;

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
    chat: { type: "boolean", default: false, description: "Put prompts through the checkpoint's chat template" },
    system: { type: "string", description: "System message for the chat template" },
    add_bos: { type: "boolean", description: "Whether BOS begins a prompt; default: as the tokenizer does" },
    context_window: { type: "integer", minimum: 1, description: "Most tokens; default: as config.json says" },
  },
} as const;

/** Model kinds that generate text; `architectures` of config.json names one class of transformers. */
function checkArchitecture(config: JsonObject, file: string): void {
  const named = config["architectures"];
  const first = Array.isArray(named) ? (named as readonly unknown[])[0] : undefined;
  if (typeof first !== "string" || /ForCausalLM|LMHead|ForConditionalGeneration/.test(first)) return;
  throw new EvalhError("E_CHECKPOINT", `${file} is a ${first}; the onnx backend runs causal language models`, {
    hint: "Evaluate it with the transformers backend, or export a model of the kind …ForCausalLM.",
  });
}

/**
 * How to use the cores: a small model's matrix products are too short to share, so whole batches run side by side, each
 * on one thread; a large one takes all cores for one batch, which also holds its activations in memory but once.
 */
async function divideCores(
  weights: string,
  threads: number | undefined,
): Promise<{ threads: number; concurrency: number }> {
  const cores = availableParallelism();
  const isSmall = (await stat(weights)).size < SMALL_MODEL_BYTES;
  const chosen = threads ?? (isSmall ? 1 : cores);
  return { threads: chosen, concurrency: Math.max(1, Math.floor(cores / chosen)) };
}

async function openModel(
  files: CheckpointFolder,
  { options, threads }: { readonly options: BackendTarget["options"]; readonly threads: number },
): Promise<LanguageModel> {
  const read = readOptions(options);
  const codec = await openTextCodec(files, { addBos: read.boolean("add_bos"), window: read.number("context_window") });
  const isChat = read.boolean("chat") ?? false;
  const render = isChat
    ? await openChatTemplate(files.tokenizerConfig, { file: files.weights, system: read.string("system") })
    : (prompt: string) => prompt;
  const decoder = await openDecoder(files.weights, { config: files.config, threads });
  // A chat template writes the special tokens itself.
  const encode = (text: string): number[] => (isChat ? codec.encodePlain(text) : codec.encode(text));
  return { decoder, codec, render, encode };
}

async function create(target: BackendTarget, signal: AbortSignal): Promise<Backend> {
  const read = readOptions(target.options);
  const files = await readCheckpointFolder(target.path, read.string("file"));
  checkArchitecture(files.config, files.weights);
  signal.throwIfAborted();
  const { threads, concurrency } = await divideCores(files.weights, read.number("threads"));
  const model = await openModel(files, { options: target.options, threads });
  return {
    name: "onnx",
    version: `${await runtimeVersion()} cpu ${files.weightsName}`,
    capabilities: { generate: true, loglikelihood: true },
    batchSize: read.number("batch_size") ?? 32,
    concurrency,
    lengthOf: (prompt) => prompt.length,
    generate: (requests, options, signal) => generateBatch(model, requests, { options, signal }),
    loglikelihood: (requests, signal) => scoreBatch(model, requests, signal),
    [Symbol.asyncDispose]: () => model.decoder[Symbol.asyncDispose](),
  };
}

/** Hugging Face checkpoint folders with an ONNX export, on the CPU. */
export const onnx: BackendModule = {
  name: "onnx",
  summary: "ONNX exports in Hugging Face folders, run in this process on the CPU",
  target: "folder",
  options: SCHEMA,
  create,
};

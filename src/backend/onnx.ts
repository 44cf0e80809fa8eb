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
    threads: { type: "integer", minimum: 1, description: "Threads of a matrix product; default: all cores" },
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

async function openModel(files: CheckpointFolder, options: BackendTarget["options"]): Promise<LanguageModel> {
  const read = readOptions(options);
  const codec = await openTextCodec(files, { addBos: read.boolean("add_bos"), window: read.number("context_window") });
  const isChat = read.boolean("chat") ?? false;
  const render = isChat
    ? await openChatTemplate(files.tokenizerConfig, { file: files.weights, system: read.string("system") })
    : (prompt: string) => prompt;
  const decoder = await openDecoder(files.weights, { config: files.config, threads: read.number("threads") });
  // A chat template writes the special tokens itself.
  const encode = (text: string): number[] => (isChat ? codec.encodePlain(text) : codec.encode(text));
  return { decoder, codec, render, encode };
}

async function create(target: BackendTarget, signal: AbortSignal): Promise<Backend> {
  const read = readOptions(target.options);
  const files = await readCheckpointFolder(target.path, read.string("file"));
  checkArchitecture(files.config, files.weights);
  signal.throwIfAborted();
  const model = await openModel(files, target.options);
  return {
    name: "onnx",
    version: `${await runtimeVersion()} cpu ${files.weightsName}`,
    capabilities: { generate: true, loglikelihood: true },
    batchSize: read.number("batch_size") ?? 32,
    concurrency: 1,
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

import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";

import type { Backend, BackendTarget } from "../../core/backend.ts";
import { EvalhError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { readOptions } from "../options.ts";
import { openChatTemplate } from "../chat-template.ts";
import { readCheckpointFolder, type CheckpointFolder } from "./checkpoint-folder.ts";
import { openDecoder, runtimeVersion } from "./decoder.ts";
import { generateBatch } from "./generation.ts";
import type { LanguageModel } from "./language-model.ts";
import { scoreBatch } from "./likelihood.ts";
import { openTextCodec } from "./text-codec.ts";

/** Up to here one thread computes a layer faster than several can share it out. */
const SMALL_MODEL_BYTES = 64e6;

/** A checkpoint's model in this thread, which it blocks while it computes. */
export interface OpenedModel
  extends AsyncDisposable, Pick<Backend, "version" | "capabilities" | "generate" | "loglikelihood"> {
  /** Threads of a matrix product. */
  readonly threads: number;
  /** Bytes of the ONNX file. */
  readonly weightsBytes: number;
}

/** What of a target decides how a model is opened. */
export type ModelTarget = Pick<BackendTarget, "path" | "options">;

/** Model kinds that generate text; `architectures` of config.json names one class of transformers. */
function checkArchitecture(config: JsonObject, file: string): void {
  const named = config["architectures"];
  const first = Array.isArray(named) ? (named as readonly unknown[])[0] : undefined;
  if (typeof first !== "string" || /ForCausalLM|LMHead|ForConditionalGeneration/.test(first)) return;
  throw new EvalhError("E_CHECKPOINT", `${file} is a ${first}; the onnx backend runs causal language models`, {
    hint: "Evaluate it with the transformers backend, or export a model of the kind …ForCausalLM.",
  });
}

async function openLanguageModel(
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

/**
 * Opens a checkpoint folder's model in this thread.
 *
 * A small model's matrix products are too short to share, so it is given one thread, and several of it run side by
 * side; a large one takes all cores for one batch, which also holds its activations in memory but once.
 *
 * @throws EvalhError E_CHECKPOINT
 */
export async function openModel({ path, options }: ModelTarget): Promise<OpenedModel> {
  const read = readOptions(options);
  const files = await readCheckpointFolder(path, read.string("file"));
  checkArchitecture(files.config, files.weights);
  const weightsBytes = (await stat(files.weights)).size;
  const threads = read.number("threads") ?? (weightsBytes < SMALL_MODEL_BYTES ? 1 : availableParallelism());
  const model = await openLanguageModel(files, { options, threads });
  return {
    version: `${await runtimeVersion()} cpu ${files.weightsName}`,
    capabilities: { generate: true, loglikelihood: true },
    threads,
    weightsBytes,
    generate: (requests, options, signal) => generateBatch(model, requests, { options, signal }),
    loglikelihood: (requests, signal) => scoreBatch(model, requests, signal),
    [Symbol.asyncDispose]: () => model.decoder[Symbol.asyncDispose](),
  };
}

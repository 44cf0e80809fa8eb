import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";

import type { Backend, BackendTarget } from "../../core/backend.ts";
import { EvalhError } from "../../core/errors.ts";
import { readOptions } from "../options.ts";
import { openChatTemplate } from "../chat-template.ts";
import { openClassifier, scoreLabels } from "./classifier.ts";
import { readCheckpointFolder, type CheckpointFolder } from "./checkpoint-folder.ts";
import { openDecoder } from "./decoder.ts";
import { chooseDevice } from "./device.ts";
import { generateBatch } from "./generation.ts";
import type { LanguageModel } from "./language-model.ts";
import { scoreBatch } from "./likelihood.ts";
import { loadRuntime, runtimeVersion, type SessionOptions } from "./runtime.ts";
import { openTextCodec } from "./text-codec.ts";
import { scoreTranslations, translateBatch } from "./translation.ts";
import { openTranslator } from "./translator.ts";

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

type Answering = Pick<OpenedModel, "capabilities" | "generate" | "loglikelihood" | typeof Symbol.asyncDispose>;

interface Opening {
  readonly files: CheckpointFolder;
  readonly options: BackendTarget["options"];
  readonly session: SessionOptions;
}

/** Class of transformers that saved the model. */
function architectureOf({ config }: CheckpointFolder): string {
  const named = config["architectures"];
  const first = Array.isArray(named) ? (named as readonly unknown[])[0] : undefined;
  return typeof first === "string" ? first : "";
}

/** Opens what the checkpoint is: a classifier, an encoder with a decoder, or a causal language model. */
function openAnswering(opening: Opening): Promise<Answering> {
  const architecture = architectureOf(opening.files);
  if (architecture.endsWith("ForSequenceClassification")) return openLabels(opening);
  if (opening.files.config["is_encoder_decoder"] === true) return openTranslation(opening);
  if (architecture !== "" && !/ForCausalLM|LMHead|ForConditionalGeneration/.test(architecture)) {
    throw new EvalhError(
      "E_CHECKPOINT",
      `${opening.files.weights} is a ${architecture}, which the backend onnx does not run`,
      {
        hint: "It runs models that write text and text classifiers; evaluate others with the transformers backend.",
      },
    );
  }
  return openCausal(opening);
}

async function openText({ files, options }: Opening) {
  const read = readOptions(options);
  const codec = await openTextCodec(files, { addBos: read.boolean("add_bos"), window: read.number("context_window") });
  const isChat = read.boolean("chat") ?? false;
  const render = isChat
    ? await openChatTemplate(files.tokenizerConfig, { file: files.weights, system: read.string("system") })
    : (prompt: string) => prompt;
  // A chat template writes the special tokens itself.
  const encode = (text: string): number[] => (isChat ? codec.encodePlain(text) : codec.encode(text));
  return { codec, render, encode };
}

async function openCausal(opening: Opening): Promise<Answering> {
  const { files, session } = opening;
  const decoder = await openDecoder(files.weights, { config: files.config, ...session });
  const model: LanguageModel = { ...(await openText(opening)), decoder };
  return {
    capabilities: { generate: true, loglikelihood: true },
    generate: (requests, options, signal) => generateBatch(model, requests, { options, signal }),
    loglikelihood: (requests, signal) => scoreBatch(model, requests, signal),
    [Symbol.asyncDispose]: () => decoder[Symbol.asyncDispose](),
  };
}

async function openTranslation(opening: Opening): Promise<Answering> {
  const translator = await openTranslator(opening.files, opening.session);
  const model = { ...(await openText(opening)), translator };
  return {
    capabilities: { generate: true, loglikelihood: true },
    generate: (requests, options, signal) => translateBatch(model, requests, { options, signal }),
    loglikelihood: (requests, signal) => scoreTranslations(model, requests, signal),
    [Symbol.asyncDispose]: () => translator[Symbol.asyncDispose](),
  };
}

async function openLabels(opening: Opening): Promise<Answering> {
  const { files, options, session } = opening;
  const classifier = await openClassifier(files.weights, { config: files.config, ...session });
  const { codec } = await openText(opening);
  const several = files.config["problem_type"] === "multi_label_classification";
  const asked = { classifier, codec, several, truncate: readOptions(options).boolean("truncate") ?? false };
  return {
    capabilities: { generate: false, loglikelihood: true },
    generate: () => {
      throw new EvalhError("E_BACKEND", `${files.weights} is a classifier: it writes no text`);
    },
    loglikelihood: (requests) => scoreLabels(asked, requests),
    [Symbol.asyncDispose]: () => classifier[Symbol.asyncDispose](),
  };
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
  const weightsBytes = (await stat(files.weights)).size;
  const device = chooseDevice(await loadRuntime(), read.string("device"));
  const isSmall = weightsBytes < SMALL_MODEL_BYTES && device === "cpu";
  const threads = read.number("threads") ?? (isSmall ? 1 : availableParallelism());
  const answering = await openAnswering({ files, options, session: { threads, device } });
  const version = `${await runtimeVersion()} ${device} ${files.weightsName}`;
  return { ...answering, version, threads, weightsBytes };
}

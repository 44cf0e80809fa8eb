import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EvalhError, hasErrno, messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { readNear, readTokenizerConfig } from "../near-files.ts";

/** The files of a Hugging Face checkpoint folder that holds an ONNX export. */
export interface CheckpointFolder {
  /** Absolute path of the .onnx file. */
  readonly weights: string;
  /** Name of the .onnx file, without its folder. */
  readonly weightsName: string;
  readonly config: JsonObject;
  readonly generationConfig: JsonObject;
  readonly tokenizer: JsonObject;
  readonly tokenizerConfig: JsonObject;
}

// Smallest first: who evaluates many checkpoints on a CPU wants the quantised weights where both exist.
const PREFERRED = [
  "model_quantized.onnx",
  "model_int8.onnx",
  "model_uint8.onnx",
  "model_q8.onnx",
  "model.onnx",
  "model_fp16.onnx",
  "decoder_model_merged.onnx",
];

/** An encoder, whose decoder lies beside it. */
const PREFERRED_ENCODERS = ["_quantized", "_int8", "_uint8", "_q8", "", "_fp16"].map(
  (kind) => `encoder_model${kind}.onnx`,
);

async function list(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return [];
    throw new EvalhError("E_CHECKPOINT", `${folder} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function missing(folder: string, what: string, found: readonly string[], hint: string): EvalhError {
  const seen = found.length === 0 ? "it is empty or does not exist" : `it holds ${found.slice(0, 12).join(", ")}`;
  return new EvalhError("E_CHECKPOINT", `${folder} has no ${what}: ${seen}`, { hint });
}

async function findWeights(folder: string, wanted: string | undefined, preferred: readonly string[]): Promise<string> {
  const inside = await list(join(folder, "onnx"));
  const beside = await list(folder);
  const places = [...inside.map((name) => `onnx/${name}`), ...beside].filter((name) => name.endsWith(".onnx"));
  const names = wanted === undefined ? preferred : [wanted];
  for (const name of names) {
    const hit = places.find((place) => place === name || place === `onnx/${name}`);
    if (hit !== undefined) return join(folder, hit);
  }
  if (wanted !== undefined) {
    const found = places.length === 0 ? "none" : places.join(", ");
    throw new EvalhError("E_CHECKPOINT", `${folder} has no ONNX file ${wanted}; ONNX files found: ${found}`, {
      hint: "Correct the option file of this model, or leave it out to take the smallest export there is.",
    });
  }
  const only = places.length === 1 ? places[0] : undefined;
  if (only !== undefined) return join(folder, only);
  const hint =
    "Export it with `optimum-cli export onnx --task text-generation-with-past --model <folder> <folder>/onnx`, " +
    "or name the file with the option file.";
  throw missing(folder, `ONNX file (looked for ${preferred.slice(0, 5).join(", ")}…)`, [...beside, ...places], hint);
}

/**
 * Finds and reads what a checkpoint folder must hold: `config.json` and an ONNX file (in the folder or its `onnx/`),
 * and `tokenizer.json` in the folder or its parent.
 *
 * @param file name of the ONNX file to take, where it is not for us to choose
 * @throws EvalhError E_CHECKPOINT saying what was found, what is expected, and how to get it
 */
export async function readCheckpointFolder(folder: string, file: string | undefined): Promise<CheckpointFolder> {
  const config = await readNear(folder, "config.json");
  if (config === null) {
    throw missing(
      folder,
      "config.json",
      await list(folder),
      "Point `checkpoints` at folders saved by save_pretrained.",
    );
  }
  const preferred = config["is_encoder_decoder"] === true ? PREFERRED_ENCODERS : PREFERRED;
  const weights = await findWeights(folder, file, preferred);
  const tokenizer = await readNear(folder, "tokenizer.json");
  if (tokenizer === null) {
    const hint =
      "Save a fast tokenizer beside the weights or one folder up: " +
      "`AutoTokenizer.from_pretrained(<base model>).save_pretrained(<folder>)`.";
    throw missing(folder, "tokenizer.json, nor has its parent", await list(folder), hint);
  }
  return {
    weights,
    weightsName: weights.slice(dirname(weights).length + 1),
    config,
    generationConfig: (await readNear(folder, "generation_config.json")) ?? {},
    tokenizer,
    tokenizerConfig: await readTokenizerConfig(folder),
  };
}

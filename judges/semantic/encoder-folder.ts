import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../../src/core/errors.ts";
import { isJsonObject, type JsonObject } from "../../src/core/json.ts";

/** Tokens the sentence-transformers library takes where no file says. */
const DEFAULT_LONGEST = 512;

/** What a sentence encoder's folder holds. */
export interface EncoderFolder {
  /** Path of the ONNX graph. */
  readonly graph: string;
  readonly tokenizer: JsonObject;
  readonly tokenizerConfig: JsonObject;
  /** How a sentence's vector is made of its tokens': their mean, or the first one's. */
  readonly pooling: "mean" | "cls";
  /** Most tokens of a text; the rest is cut off. */
  readonly longest: number;
}

/** Where exports put the graph. */
const GRAPHS = ["onnx/model.onnx", "model.onnx"];

/**
 * Reads a folder in the layout of sentence-transformers with an ONNX export of its model.
 * @param file the graph within the folder; by default onnx/model.onnx or model.onnx
 * @throws EvalhError E_MISSING_DEPENDENCY if there is no such model
 */
export async function readEncoderFolder(folder: string, file: string | undefined): Promise<EncoderFolder> {
  const graph = await findGraph(folder, file);
  const tokenizer = await readJson(folder, "tokenizer.json");
  if (tokenizer === null) throw missing(folder, "tokenizer.json");
  const sentence = await readJson(folder, "sentence_bert_config.json");
  const tokenizerConfig = (await readJson(folder, "tokenizer_config.json")) ?? {};
  const config = (await readJson(folder, "config.json")) ?? {};
  const lengths = [
    sentence?.["max_seq_length"],
    tokenizerConfig["model_max_length"],
    config["max_position_embeddings"],
  ];
  return {
    graph,
    tokenizer,
    tokenizerConfig,
    pooling: poolingOf((await readJson(folder, "1_Pooling/config.json")) ?? {}, folder),
    // Tokenizers without a limit are saved with a length of 1e30.
    longest:
      (lengths.find((length) => typeof length === "number" && length > 0 && length < 1e6) as number) ?? DEFAULT_LONGEST,
  };
}

async function findGraph(folder: string, file: string | undefined): Promise<string> {
  const names = file === undefined ? GRAPHS : [file];
  for (const name of names) {
    const path = join(folder, name);
    if ((await stat(path).catch(() => null))?.isFile() === true) return path;
  }
  throw missing(folder, names.join(" or "));
}

function missing(folder: string, name: string): EvalhError {
  return new EvalhError("E_MISSING_DEPENDENCY", `there is no sentence encoder in ${folder}: it has no ${name}`, {
    hint: "export one: `optimum-cli export onnx --task feature-extraction --model sentence-transformers/all-MiniLM-L6-v2 FOLDER`",
  });
}

function poolingOf(config: JsonObject, folder: string): "mean" | "cls" {
  const modes = Object.keys(config).filter((key) => key.startsWith("pooling_mode_") && config[key] === true);
  if (modes.length === 0 || (modes.length === 1 && modes[0] === "pooling_mode_mean_tokens")) return "mean";
  if (modes.length === 1 && modes[0] === "pooling_mode_cls_token") return "cls";
  throw new EvalhError("E_JUDGE", `the encoder in ${folder} pools its tokens in a way evalh does not know`, {
    hint: `1_Pooling/config.json has ${modes.join(", ")}; the mean and the first token are known`,
  });
}

async function readJson(folder: string, name: string): Promise<JsonObject | null> {
  const path = join(folder, name);
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (isJsonObject(value)) return value;
    throw new SyntaxError("it is not a JSON object");
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return null;
    throw new EvalhError("E_JUDGE", `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

import type { InferenceSession, Tensor } from "onnxruntime-node";

import { EvalhError, messageOf } from "../../src/core/errors.ts";
import { readEncoderFolder, type EncoderFolder } from "./encoder-folder.ts";
import { windowed } from "./token-window.ts";

/** Turns a text into a vector of length 1. */
export type Encoder = (text: string) => Promise<Float64Array>;

type Runtime = typeof import("onnxruntime-node");

/** References come again with every checkpoint's answer. */
const MOST_KEPT = 1_024;

/**
 * Loads a sentence encoder. Texts are encoded one at a time, so that none's vector depends on its neighbours.
 * @throws EvalhError E_MISSING_DEPENDENCY, E_JUDGE
 */
export async function openEncoder(path: string, file: string | undefined): Promise<Encoder> {
  const folder = await readEncoderFolder(path, file);
  const runtime = await loadRuntime();
  const { Tokenizer } = await import("@huggingface/tokenizers");
  let tokenizer: InstanceType<typeof Tokenizer>;
  let session: InferenceSession;
  try {
    tokenizer = new Tokenizer(folder.tokenizer, folder.tokenizerConfig);
    session = await runtime.InferenceSession.create(folder.graph, { logSeverityLevel: 3 });
  } catch (error) {
    throw new EvalhError("E_JUDGE", `the sentence encoder in ${path} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const kept = new Map<string, Promise<Float64Array>>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const ids = windowed((each, options) => tokenizer.encode(each, options), text, folder.longest);
    const vector = run({ runtime, session, folder }, ids);
    // The oldest goes: a Map keeps the order of insertion.
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? "");
    kept.set(text, vector);
    return vector;
  };
}

async function loadRuntime(): Promise<Runtime> {
  try {
    return await import("onnxruntime-node");
  } catch (error) {
    throw new EvalhError("E_MISSING_DEPENDENCY", `semantic_similarity needs onnxruntime-node: ${messageOf(error)}`, {
      cause: error,
      hint: "npm install onnxruntime-node",
    });
  }
}

interface Model {
  readonly runtime: Runtime;
  readonly session: InferenceSession;
  readonly folder: EncoderFolder;
}

async function run({ runtime, session, folder }: Model, ids: readonly number[]): Promise<Float64Array> {
  if (ids.length === 0) throw new EvalhError("E_JUDGE", "the text has no tokens");
  const dims = [1, ids.length];
  const constant = (value: bigint): BigInt64Array => new BigInt64Array(ids.length).fill(value);
  const inputs: Readonly<Record<string, BigInt64Array>> = {
    input_ids: BigInt64Array.from(ids, BigInt),
    attention_mask: constant(1n),
    token_type_ids: constant(0n),
    position_ids: BigInt64Array.from(ids.keys(), BigInt),
  };
  const feed = session.inputNames.map((name) => {
    const data = inputs[name];
    if (data === undefined)
      throw new EvalhError("E_JUDGE", `the encoder asks for "${name}", which a text does not have`);
    return [name, new runtime.Tensor("int64", data, dims)] as const;
  });
  const output = await session.run(Object.fromEntries(feed));
  const pooled = output["sentence_embedding"];
  return unit(pooled === undefined ? pool(tokensOf(output, session), folder.pooling) : numbersOf(pooled));
}

function tokensOf(output: InferenceSession.ReturnType, session: InferenceSession): Tensor {
  const found = session.outputNames.map((name) => output[name]).find((tensor) => tensor?.dims.length === 3);
  if (found !== undefined) return found;
  throw new EvalhError("E_JUDGE", `the encoder gives no vectors of tokens, only ${session.outputNames.join(", ")}`);
}

function numbersOf(tensor: Tensor): Float64Array {
  if (tensor.data instanceof Float32Array) return Float64Array.from(tensor.data);
  throw new EvalhError("E_JUDGE", `the encoder gives ${tensor.type}, not float32`);
}

/** One text's vector of its tokens' (1 × tokens × width). */
function pool(tokens: Tensor, pooling: EncoderFolder["pooling"]): Float64Array {
  const [, count = 0, width = 0] = tokens.dims;
  const values = numbersOf(tokens);
  if (pooling === "cls") return values.slice(0, width);
  const sums = new Float64Array(width);
  for (let index = 0; index < values.length; index++) {
    sums[index % width] = (sums[index % width] as number) + (values[index] as number);
  }
  return sums.map((sum) => sum / count);
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  if (!(length > 0 && Number.isFinite(length))) throw new EvalhError("E_JUDGE", "the encoder gives no usable vector");
  return vector.map((value) => value / length);
}

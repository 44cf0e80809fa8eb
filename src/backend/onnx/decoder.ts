import type { InferenceSession, Tensor, TypedTensor } from "onnxruntime-node";
import { EvalhError, messageOf } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { loadRuntime, openSession, type Runtime, type SessionOptions } from "./runtime.ts";

type CacheType = "float32" | "float16";
type CacheData = TypedTensor<CacheType>["data"];

/** Keys and values of all layers for `rows` sequences of `length` tokens each, padding included. */
export interface Cache {
  readonly rows: number;
  readonly length: number;
  /** In the order of the model's past inputs. */
  readonly tensors: readonly Tensor[];
}

/** A rectangle of tokens that continues a cache. All arrays are row-major. */
export interface Step {
  readonly rows: number;
  readonly columns: number;
  /** rows × columns. */
  readonly ids: BigInt64Array;
  /** rows × columns: place of each token in its own sequence, 0 for padding. */
  readonly positions: BigInt64Array;
  /** rows × (cache length + columns): 1 for tokens, 0 for padding. */
  readonly mask: BigInt64Array;
  readonly cache: Cache;
}

/** An ONNX decoder with a key-value cache. */
export interface Decoder extends AsyncDisposable {
  /** Size of the vocabulary as the graph declares it; 0 where it does not. */
  readonly vocabulary: number;
  emptyCache(rows: number): Cache;
  /**
   * One forward pass.
   *
   * @returns logits, rows × columns × vocabulary, and the grown cache; the tensors stay with the runtime and are handed
   * back to it as they are
   */
  forward(step: Step): Promise<{ readonly logits: Float32Array; readonly vocabulary: number; readonly cache: Cache }>;
  /** A cache whose row i is row `sources[i]` of the given one. */
  gather(cache: Cache, sources: readonly number[]): Cache;
}

interface Layout {
  readonly pastNames: readonly string[];
  readonly presentNames: readonly string[];
  readonly heads: number;
  readonly headSize: number;
  readonly type: CacheType;
  readonly takesPositions: boolean;
  readonly vocabulary: number;
}

const KNOWN_INPUTS = new Set(["input_ids", "attention_mask", "position_ids"]);
const EXPORT_HINT =
  "Export the model with its cache: `optimum-cli export onnx --task text-generation-with-past --model <folder> <out>`.";

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** Head count and size from the configuration, where the graph leaves them symbolic. */
function headsOf(config: JsonObject): readonly [number | undefined, number | undefined] {
  const nested = config["text_config"];
  const own = isJsonObject(nested) ? nested : config;
  const attention = asNumber(own["num_attention_heads"]) ?? asNumber(own["n_head"]);
  const hidden = asNumber(own["hidden_size"]) ?? asNumber(own["n_embd"]);
  const size = attention === undefined || hidden === undefined ? undefined : hidden / attention;
  return [asNumber(own["num_key_value_heads"]) ?? attention, asNumber(own["head_dim"]) ?? size];
}

type Refuse = (message: string) => never;

/** The model's past inputs and present outputs, in one order. */
function cacheNames(session: InferenceSession, refuse: Refuse): Pick<Layout, "pastNames" | "presentNames"> {
  const pastNames = session.inputNames.filter((name) => name.startsWith("past_key_values."));
  const presentNames = pastNames.map((name) => name.replace("past_key_values", "present"));
  for (const name of ["input_ids", "attention_mask"]) {
    if (!session.inputNames.includes(name)) refuse(`is not a causal language model: it has no input ${name}`);
  }
  if (pastNames.length === 0) refuse("was exported without its key-value cache (no past_key_values inputs)");
  const unknown = session.inputNames.filter((name) => !KNOWN_INPUTS.has(name) && !pastNames.includes(name));
  if (unknown.length > 0) refuse(`wants inputs that evalh does not know: ${unknown.join(", ")}`);
  const absent = ["logits", ...presentNames].filter((name) => !session.outputNames.includes(name));
  if (absent.length > 0) refuse(`lacks the outputs ${absent.join(", ")}`);
  return { pastNames, presentNames };
}

function readLayout(session: InferenceSession, config: JsonObject, file: string): Layout {
  const refuse: Refuse = (message) => {
    const inputs = `its inputs are ${session.inputNames.join(", ")}`;
    throw new EvalhError("E_CHECKPOINT", `${file} ${message}; ${inputs}`, { hint: EXPORT_HINT });
  };
  const names = cacheNames(session, refuse);
  const past = session.inputMetadata.find((entry) => entry.name === names.pastNames[0]);
  const logits = session.outputMetadata.find((entry) => entry.name === "logits");
  if (past?.isTensor !== true || logits?.isTensor !== true) return refuse("has inputs or outputs that are not tensors");
  const { type } = past;
  if (type !== "float32" && type !== "float16") return refuse(`keeps its cache as ${type}, not as float32 or float16`);
  if (logits.type !== "float32") return refuse(`gives logits as ${logits.type}, not as float32`);
  const [configHeads, configSize] = headsOf(config);
  const heads = asNumber(past.shape[1]) ?? configHeads;
  const headSize = asNumber(past.shape[3]) ?? configSize;
  if (heads === undefined || headSize === undefined) {
    return refuse("does not say how many attention heads it has, and neither does config.json");
  }
  const takesPositions = session.inputNames.includes("position_ids");
  return { ...names, heads, headSize, type, takesPositions, vocabulary: asNumber(logits.shape[2]) ?? 0 };
}

function emptyLike(data: CacheData, length: number): CacheData {
  // Float32Array, or what the runtime uses for half precision: Float16Array where the engine has it, else Uint16Array.
  const Kind = data.constructor as new (length: number) => CacheData;
  return new Kind(length);
}

function gatherRows(runtime: Runtime, tensor: Tensor, sources: readonly number[]): Tensor {
  const data = tensor.data as CacheData;
  const [rows = 1, ...rest] = tensor.dims;
  const width = data.length / rows;
  const out = emptyLike(data, sources.length * width);
  for (let i = 0; i < sources.length; i++) {
    const from = (sources[i] as number) * width;
    out.set(data.subarray(from, from + width), i * width);
  }
  return new runtime.Tensor(tensor.type as "float32", out as Float32Array, [sources.length, ...rest]);
}

/**
 * Opens a decoder.
 *
 * @param file absolute path of the .onnx file
 * @throws EvalhError E_CHECKPOINT for files that are corrupt or of another kind of model
 */
export async function openDecoder(
  file: string,
  options: SessionOptions & { readonly config: JsonObject },
): Promise<Decoder> {
  const runtime = await loadRuntime();
  const session = await openSession(file, options);
  const layout = readLayout(session, options.config, file);
  return makeDecoder(runtime, session, layout);
}

function makeDecoder(runtime: Runtime, session: InferenceSession, layout: Layout): Decoder {
  const { Tensor } = runtime;
  const { pastNames, presentNames, heads, headSize, type } = layout;
  // The constructor turns an empty array into the element type's own typed array.
  const emptyTensor = (rows: number): Tensor =>
    type === "float32"
      ? new Tensor("float32", new Float32Array(0), [rows, heads, 0, headSize])
      : new Tensor("float16", new Uint16Array(0), [rows, heads, 0, headSize]);

  return {
    vocabulary: layout.vocabulary,
    emptyCache: (rows) => ({ rows, length: 0, tensors: pastNames.map(() => emptyTensor(rows)) }),
    async forward({ rows, columns, ids, positions, mask, cache }) {
      const length = cache.length + columns;
      const feeds: Record<string, Tensor> = {
        input_ids: new Tensor("int64", ids, [rows, columns]),
        attention_mask: new Tensor("int64", mask, [rows, length]),
      };
      if (layout.takesPositions) feeds["position_ids"] = new Tensor("int64", positions, [rows, columns]);
      for (let i = 0; i < pastNames.length; i++) feeds[pastNames[i] as string] = cache.tensors[i] as Tensor;
      let out: InferenceSession.ReturnType;
      try {
        out = await session.run(feeds);
      } catch (error) {
        throw new EvalhError("E_BACKEND", `onnxruntime could not run the model: ${messageOf(error)}`, { cause: error });
      }
      const logits = out["logits"] as Tensor;
      return {
        logits: logits.data as Float32Array,
        vocabulary: logits.dims[2] as number,
        cache: { rows, length, tensors: presentNames.map((name) => out[name] as Tensor) },
      };
    },
    gather(cache, sources) {
      const same = sources.length === cache.rows && sources.every((source, i) => source === i);
      if (same) return cache;
      const tensors = cache.tensors.map((tensor) => gatherRows(runtime, tensor, sources));
      return { rows: sources.length, length: cache.length, tensors };
    },
    async [Symbol.asyncDispose]() {
      await session.release();
    },
  };
}

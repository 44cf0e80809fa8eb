import { isJsonObject, type JsonObject } from "../../core/json.ts";

/** An input or output as the model declares it. */
export interface Port {
  readonly name: string;
  readonly datatype: string;
  /** -1 for any size; with the batch's dimension in front where the model takes batches. */
  readonly shape: readonly number[];
  readonly isOptional: boolean;
}

export interface ModelInfo {
  readonly name: string;
  /** The version that answers, in words; null for the newest. */
  readonly version: string | null;
  /** For example "python", "tensorrt_plan", "onnxruntime_onnx"; "" where unknown. */
  readonly platform: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Most rows of a request; 0 for a model without a batch's dimension. */
  readonly maxBatch: number;
  /** True if a request may have any number of answers, as token by token. */
  readonly isDecoupled: boolean;
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isJsonObject) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/**
 * A model as its metadata (KServe v2) and configuration (Triton's extension) describe it.
 *
 * @param config null where the server has none to tell: KServe alone says nothing of batches
 */
export function modelInfo(metadata: JsonObject, config: JsonObject | null, version: string | null): ModelInfo {
  const optional = new Set(
    objects(config?.["input"])
      .filter((each) => each["optional"] === true)
      .map((each) => text(each["name"])),
  );
  const port = (each: JsonObject): Port => ({
    name: text(each["name"]),
    datatype: text(each["datatype"]),
    // 64-bit integers may come as text.
    shape: (Array.isArray(each["shape"]) ? (each["shape"] as readonly unknown[]) : []).map(Number),
    isOptional: optional.has(text(each["name"])),
  });
  const policy = config?.["model_transaction_policy"];
  return {
    name: text(metadata["name"]),
    version,
    platform: text(metadata["platform"]),
    inputs: objects(metadata["inputs"]).map(port),
    outputs: objects(metadata["outputs"]).map(port),
    maxBatch: Math.max(0, Number(config?.["max_batch_size"] ?? 0) || 0),
    isDecoupled: isJsonObject(policy) && policy["decoupled"] === true,
  };
}

import type { InferenceSession, Tensor } from "onnxruntime-node";
import { EvalhError, hasErrno, messageOf } from "../../core/errors.ts";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { CheckpointFolder } from "./checkpoint-folder.ts";
import type { PaddedRows } from "./pad-rows.ts";
import { loadRuntime, openSession, type SessionOptions } from "./runtime.ts";

/** What an encoder made of some texts. */
export interface Encoded {
  readonly mask: Tensor;
  readonly states: Tensor;
}

/** An encoder and a decoder, such as T5's. */
export interface Translator extends AsyncDisposable {
  /** What a decoder begins with: its start token, and a language's where one is forced. */
  readonly start: readonly number[];
  encode(rows: PaddedRows): Promise<Encoded>;
  /** Logits of every position, rows × columns × vocabulary. */
  decode(rows: PaddedRows, encoded: Encoded): Promise<{ readonly logits: Float32Array; readonly vocabulary: number }>;
}

const HINT =
  "Export it with `optimum-cli export onnx --task text2text-generation --no-post-process --model <folder> <out>`, " +
  "which leaves encoder_model.onnx and decoder_model.onnx apart.";

/**
 * Opens encoder and decoder. The decoder is run without a cache of keys and values: its input is the whole answer so far.
 * @throws EvalhError E_CHECKPOINT for files that are missing, corrupt or of another kind of model
 */
export async function openTranslator(files: CheckpointFolder, options: SessionOptions): Promise<Translator> {
  const { Tensor } = await loadRuntime();
  const decoderFile = files.weights.replace(/encoder_model(?=[^/\\]*$)/, "decoder_model");
  if (decoderFile === files.weights || !(await exists(decoderFile))) {
    const wanted = decoderFile === files.weights ? "encoder_model.onnx" : basename(decoderFile);
    throw new EvalhError("E_CHECKPOINT", `${files.weights} has no ${wanted} beside it`, { hint: HINT });
  }
  const encoder = await openSession(files.weights, options);
  const decoder = await openSession(decoderFile, options);
  const unknown = decoder.inputNames.filter((name) => !DECODER_INPUTS.has(name));
  if (unknown.length > 0) {
    throw new EvalhError("E_CHECKPOINT", `${decoderFile} wants ${unknown.join(", ")}, which evalh does not give`, {
      hint: HINT,
    });
  }
  const run = async (session: InferenceSession, all: Record<string, Tensor>): Promise<InferenceSession.ReturnType> => {
    try {
      return await session.run(
        Object.fromEntries(Object.entries(all).filter(([name]) => session.inputNames.includes(name))),
      );
    } catch (error) {
      throw new EvalhError("E_BACKEND", `onnxruntime could not run the model: ${messageOf(error)}`, { cause: error });
    }
  };
  return {
    start: startOf(files),
    async encode({ rows, columns, ids, mask }) {
      const kept = new Tensor("int64", mask, [rows, columns]);
      const out = await run(encoder, { input_ids: new Tensor("int64", ids, [rows, columns]), attention_mask: kept });
      return { mask: kept, states: out["last_hidden_state"] as Tensor };
    },
    async decode({ rows, columns, ids, mask }, encoded) {
      const out = await run(decoder, {
        input_ids: new Tensor("int64", ids, [rows, columns]),
        decoder_attention_mask: new Tensor("int64", mask, [rows, columns]),
        encoder_attention_mask: encoded.mask,
        encoder_hidden_states: encoded.states,
      });
      const logits = out["logits"] as Tensor;
      return { logits: logits.data as Float32Array, vocabulary: logits.dims[2] as number };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([encoder.release(), decoder.release()]);
    },
  };
}

const DECODER_INPUTS = new Set([
  "input_ids",
  "decoder_attention_mask",
  "encoder_attention_mask",
  "encoder_hidden_states",
]);

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}

function startOf({ config, generationConfig, weights }: CheckpointFolder): readonly number[] {
  const start = generationConfig["decoder_start_token_id"] ?? config["decoder_start_token_id"];
  if (typeof start !== "number") {
    throw new EvalhError("E_CHECKPOINT", `config.json of ${weights} has no decoder_start_token_id`, { hint: HINT });
  }
  const forced = generationConfig["forced_bos_token_id"] ?? config["forced_bos_token_id"];
  return typeof forced === "number" ? [start, forced] : [start];
}

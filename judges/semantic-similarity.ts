import { basename, resolve } from "node:path";

import { EvalhError, toErrorInfo } from "../src/core/errors.ts";
import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeContext, JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { meanMetric } from "./metric/mean.ts";
import { openEncoder, type Encoder } from "./semantic/encoder.ts";

type SimilarityStats = {
  /** Cosine with the closest reference, -1..1. */
  readonly cosine: number;
};

/** Of two vectors of length 1. */
function cosine(a: Float64Array, b: Float64Array): number {
  const product = a.reduce((sum, value, index) => sum + value * (b[index] as number), 0);
  return Math.max(-1, Math.min(1, product));
}

async function closest(encode: Encoder, text: string, references: readonly string[]): Promise<number> {
  const vector = await encode(text);
  const all = await Promise.all(references.map(async (reference) => cosine(vector, await encode(reference))));
  return Math.max(...all);
}

function create(options: JsonObject, context: JudgeContext): Judge<SimilarityStats> {
  const { model, file } = options as { model?: string; file?: string };
  if (model === undefined) {
    throw new EvalhError("E_JUDGE", "semantic_similarity needs the folder of a sentence encoder", {
      hint: "`- semantic_similarity: { model: FOLDER }`, with FOLDER/onnx/model.onnx and FOLDER/tokenizer.json",
    });
  }
  let opened: Promise<Encoder> | null = null;
  return {
    name: "semantic_similarity",
    version: "1",
    signature: signatureOf("cosine", { model: basename(model), ...(file === undefined ? {} : { file }) }),
    metrics: [
      meanMetric<SimilarityStats>(
        { name: "semantic_similarity", unit: "number", range: [-1, 1] },
        (stats) => stats.cosine,
      ),
    ],
    async score(completion, sample) {
      const { references } = sample;
      if (references.length === 0) return { kind: "skipped", reason: "no reference" };
      // Needs no model, and what rounding would make of it is not 1.
      if (references.includes(completion.text)) return { kind: "scored", stats: { cosine: 1 } };
      try {
        opened ??= openEncoder(resolve(context.folder ?? "", model), file);
        return { kind: "scored", stats: { cosine: await closest(await opened, completion.text, references) } };
      } catch (error) {
        return { kind: "failed", error: toErrorInfo(error) };
      }
    },
  };
}

export const semanticSimilarity: JudgeModule = {
  name: "semantic_similarity",
  summary: "Cosine of the meanings of output and closest reference, by a sentence encoder that lies on this machine.",
  reference: "Reimers and Gurevych 2019 (Sentence-BERT), with the pooling that the model's folder names",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    required: ["model"],
    properties: {
      model: {
        description: "Folder of an ONNX sentence encoder with its tokenizer.json, relative to the suite.",
        type: "string",
        minLength: 1,
      },
      file: {
        description: "The graph within it; onnx/model.onnx or model.onnx by default.",
        type: "string",
        minLength: 1,
      },
    },
  },
  example: {
    output: "The ship sails at dawn.",
    references: ["The ship sails at dawn."],
    options: { model: "models/all-MiniLM-L6-v2" },
    values: { semantic_similarity: 1 },
  },
  create,
};

import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { LikelihoodRequest, Outcome } from "../../core/backend.ts";
import type { ContinuationScore } from "../../core/completion.ts";
import { EvalhError, messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { failed } from "../failed.ts";
import { labelNames, labelPlaces } from "../labels.ts";
import { padRows, type PaddedRows } from "./pad-rows.ts";
import { argmax, logSumExp } from "./sampling.ts";
import { loadRuntime, openSession, type SessionOptions } from "./runtime.ts";
import type { TextCodec } from "./text-codec.ts";

/** An encoder with a head that gives a logit a label. */
export interface Classifier extends AsyncDisposable {
  readonly labels: readonly string[];
  /** Logits, one row a text. */
  forward(rows: PaddedRows): Promise<readonly Float32Array[]>;
}

const KNOWN_INPUTS = new Set(["input_ids", "attention_mask", "token_type_ids"]);

/**
 * Opens a classifier.
 * @throws EvalhError E_CHECKPOINT for files that are corrupt or of another kind of model
 */
export async function openClassifier(
  file: string,
  { config, ...options }: SessionOptions & { readonly config: JsonObject },
): Promise<Classifier> {
  const { Tensor } = await loadRuntime();
  const session = await openSession(file, options);
  const unknown = session.inputNames.filter((name) => !KNOWN_INPUTS.has(name));
  if (unknown.length > 0 || !session.outputNames.includes("logits")) {
    const why = `its inputs are ${session.inputNames.join(", ")}, its outputs ${session.outputNames.join(", ")}`;
    throw new EvalhError("E_CHECKPOINT", `${file} is not a text classifier: ${why}`, {
      hint: "Export it with `optimum-cli export onnx --task text-classification --model <folder> <out>`.",
    });
  }
  return {
    labels: labelNames(config),
    async forward({ rows, columns, ids, mask }) {
      const all = { input_ids: ids, attention_mask: mask, token_type_ids: new BigInt64Array(ids.length) };
      const entries = Object.entries(all).filter(([name]) => session.inputNames.includes(name));
      const feeds = Object.fromEntries(
        entries.map(([name, data]) => [name, new Tensor("int64", data, [rows, columns])]),
      );
      const logits = (await run(session, feeds))["logits"] as Tensor;
      const width = logits.dims[1] as number;
      const data = logits.data as Float32Array;
      return Array.from({ length: rows }, (_, row) => data.subarray(row * width, (row + 1) * width));
    },
    async [Symbol.asyncDispose]() {
      await session.release();
    },
  };
}

async function run(session: InferenceSession, feeds: Record<string, Tensor>): Promise<InferenceSession.ReturnType> {
  try {
    return await session.run(feeds);
  } catch (error) {
    throw new EvalhError("E_BACKEND", `onnxruntime could not run the model: ${messageOf(error)}`, { cause: error });
  }
}

interface Asked {
  readonly classifier: Classifier;
  readonly codec: TextCodec;
  /** Each label by itself, where a text may have several. */
  readonly several: boolean;
  /** Cut what is too long. */
  readonly truncate: boolean;
}

/** The logarithm of each label's probability, given the text: continuations are names of labels. */
export async function* scoreLabels(
  { classifier, codec, several, truncate }: Asked,
  requests: readonly LikelihoodRequest[],
): AsyncGenerator<Outcome<readonly ContinuationScore[]>> {
  const texts: { readonly index: number; readonly ids: number[]; readonly places: readonly number[] }[] = [];
  for (const { index, context, continuations } of requests) {
    const places = labelPlaces(classifier.labels, continuations);
    const ids = codec.encode(context);
    const isLong = ids.length > codec.window;
    // What ends a text, such as [SEP], ends one that is cut as well.
    if (isLong && truncate) ids.splice(codec.window - 1, ids.length - codec.window);
    if (typeof places === "string") yield failed(index, places);
    else if (isLong && !truncate) {
      const why = `the text has ${ids.length} tokens, the model takes ${codec.window}`;
      yield failed(index, `${why}: set the option truncate to cut it`);
    } else texts.push({ index, ids, places });
  }
  if (texts.length === 0) return;
  const rows = await classifier.forward(
    padRows(
      texts.map(({ ids }) => ids),
      codec.padId,
    ),
  );
  for (const [row, { index, places }] of texts.entries()) {
    const logits = rows[row] as Float32Array;
    const best = argmax(logits);
    const total = logSumExp(logits);
    const logprob = (place: number): number => {
      const logit = logits[place] as number;
      // Of the logistic function's value, without overflow.
      return several ? Math.min(0, logit) - Math.log1p(Math.exp(-Math.abs(logit))) : logit - total;
    };
    const value = places.map((place) => ({ logprob: logprob(place), tokens: 1, greedy: place === best }));
    if (value.some((each) => Number.isNaN(each.logprob)))
      yield failed(index, "the model's output is not a number (NaN)");
    else yield { index, kind: "done", value };
  }
}

import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule, Metric } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { type ErrorCounts, errorCounter, type ErrorRates, errorRates } from "./speech/error-rates.ts";

type Rate = keyof ErrorRates;

const DEFAULT_RATES: readonly Rate[] = ["wer", "cer"];
const COLUMNS = 6;

/** Rates of a corpus are those of the summed counts, not means of the samples' rates. */
function rateMetric(rate: Rate): Metric<ErrorCounts> {
  return {
    name: rate,
    higherIsBetter: rate === "wip",
    range: [0, rate === "wer" || rate === "cer" ? Infinity : 100],
    unit: "percent",
    perSample: (stats) => 100 * errorRates(stats)[rate],
    sufficient: (stats) => ({
      n: stats.length,
      width: COLUMNS,
      rows: Float64Array.from(stats.flat()),
      proportion: false,
      mean: false,
      scale: 100,
      value: (sums) => 100 * errorRates(sums)[rate],
    }),
  };
}

function create(options: JsonObject): Judge<ErrorCounts> {
  const rates = (options["rates"] ?? DEFAULT_RATES) as readonly Rate[];
  const count = errorCounter();
  const fold = (text: string): string => {
    const cased = options["ignore_case"] === true ? text.toLowerCase() : text;
    return options["ignore_punctuation"] === true ? cased.replace(/\p{P}/gu, "") : cased;
  };
  return {
    name: "wer",
    version: "1",
    signature: signatureOf("jiwer:4.0.0", { rates, ...options }),
    metrics: rates.map(rateMetric),
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const hypothesis = fold(completion.text);
        const all = sample.references.map((reference) => count(fold(reference), hypothesis));
        return all.reduce((best, one) => (errorRates(one).wer < errorRates(best).wer ? one : best));
      }),
  };
}

export const wer: JudgeModule = {
  name: "wer",
  summary: "Word and character error rate: words and characters to change, over those of the closest reference.",
  reference: "jiwer 4.0.0",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      rates: {
        description: "Word, character and match error rate, word information lost and preserved.",
        type: "array",
        minItems: 1,
        uniqueItems: true,
        items: { enum: ["wer", "cer", "mer", "wil", "wip"] },
        default: DEFAULT_RATES,
      },
      ignore_case: { description: "Compare in lowercase.", type: "boolean", default: false },
      ignore_punctuation: { description: "Delete punctuation of any script.", type: "boolean", default: false },
    },
  },
  example: { output: "he come home late", references: ["he comes home"], values: { wer: 66.66666666666667 } },
  create,
};

import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule, Metric } from "../src/core/judge.ts";
import type { Sufficient } from "../src/core/sufficient.ts";
import { signatureOf } from "./answers/choice.ts";

/**
 * What people said of one answer: the weighted sum of their verdicts and the weight, over the items that showed it; then
 * the same of what is known without asking (answers that are equal are ties). Verdicts are points for ratings and
 * fractions from 0 to 1 otherwise; weights count samples.
 */
export type HumanStats = readonly [asked: number, weight: number, known: number, knownWeight: number];

type Form = "rating" | "correct" | "pairwise" | "choice";

const WIDTH = 4;

/** Smallest and largest verdict. */
const ranges: Readonly<Record<Form, readonly [number, number]>> = {
  rating: [1, 5],
  correct: [0, 1],
  pairwise: [0, 1],
  choice: [0, 1],
};

function humanMetric(form: Form): Metric<HumanStats> {
  const unit = form === "rating" ? "number" : "percent";
  const scale = unit === "percent" ? 100 : 1;
  const [low, high] = ranges[form];
  const value = (sums: ArrayLike<number>): number => {
    const mean = ((sums[0] ?? 0) + (sums[2] ?? 0)) / ((sums[1] ?? 0) + (sums[3] ?? 0));
    // Sums of weights are not exact: equal verdicts must not end a hair beyond the scale.
    return scale * Math.min(high, Math.max(low, mean));
  };
  return {
    name: "human",
    higherIsBetter: true,
    range: [low * scale, high * scale],
    unit,
    applies: ([, weight, , knownWeight]) => weight + knownWeight > 0,
    perSample: value,
    sufficient: (stats): Sufficient => ({
      n: stats.length,
      width: WIDTH,
      rows: Float64Array.from(stats.flat()),
      proportion: false,
      mean: false,
      weighted: form === "rating" ? "mean" : "share",
      scale,
      value,
    }),
  };
}

function create(options: JsonObject): Judge<HumanStats> {
  const form = (options["form"] ?? "rating") as Form;
  return {
    name: "human",
    version: "1",
    signature: signatureOf("human", { form }),
    metrics: [humanMetric(form)],
    score: () => ({ kind: "skipped", reason: "people have not judged it" }),
  };
}

export const human: JudgeModule = {
  name: "human",
  summary: "What people say: `evalh human` asks them, and a comparison reads their answers as the metric task/human.",
  reference: "Kish, Survey Sampling, 1965 (weights and effective sample size)",
  needsReferences: false,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      form: {
        description:
          "rating: points from 1 to 5; correct: percent right; pairwise: percent of comparisons won, ties half; choice: percent chosen as the best.",
        enum: ["rating", "correct", "pairwise", "choice"],
        default: "rating",
      },
    },
  },
  example: {
    output: "The Rhine flows into the North Sea.",
    references: [],
    // Two raters gave 4 and 5 points to an answer that stands for three samples.
    stats: [13.5, 3, 0, 0],
    values: { human: 4.5 },
  },
  create,
};

import type { JsonObject } from "../src/core/json.ts";
import type { JudgeModule } from "../src/core/judge.ts";
import { ANSWER_OPTIONS, signatureOf } from "./answers/choice.ts";
import { type Average, averageF1 } from "./answers/class-counts.ts";
import { countMetric, labelJudge } from "./answers/label-judge.ts";

const AVERAGES: JsonObject = { enum: ["macro", "micro", "weighted"] };

export const f1: JudgeModule = {
  name: "f1",
  summary: "F1 of labels, averaged over the labels that were predicted or true. An unreadable answer predicts none.",
  reference: "scikit-learn 1.9.1 f1_score",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      ...ANSWER_OPTIONS,
      average: {
        description: "How the labels' F1 become one; a list gives the metrics f1_macro, f1_micro, f1_weighted.",
        anyOf: [AVERAGES, { type: "array", minItems: 1, uniqueItems: true, items: AVERAGES }],
        default: "macro",
      },
    },
  },
  example: { output: "spam", references: ["spam"], values: { f1: 100 } },
  create: (options, context) => {
    const wanted = (options["average"] ?? "macro") as Average | readonly Average[];
    const metrics = [wanted].flat().map((average) => {
      const name = typeof wanted === "string" ? "f1" : `f1_${average}`;
      const valueOf = (counts: ArrayLike<number>): number => 100 * averageF1(counts, average);
      return countMetric({ name, unit: "percent", range: [0, 100] }, context, valueOf);
    });
    const signature = signatureOf("sklearn:1.9.1", { average: "macro", ...options });
    return labelJudge({ name: "f1", signature, metrics }, options, context);
  },
};

import type { JsonObject } from "../src/core/json.ts";
import type { JudgeContext, JudgeModule, Metric } from "../src/core/judge.ts";
import { ANSWER_OPTIONS, signatureOf } from "./answers/choice.ts";
import { cohenKappa, type KappaWeights } from "./answers/confusion.ts";
import { labelJudge, labelMetric } from "./answers/label-judge.ts";
import { labelRows, labelsOf, type LabelStats } from "./answers/label-rows.ts";

function kappaMetric(options: JsonObject, context: JudgeContext): Metric<LabelStats> {
  const weights = (options["weights"] ?? "none") as KappaWeights;
  return labelMetric({ name: "kappa", unit: "number", range: [-1, 1] }, (stats) => {
    const labels = context.choices ?? labelsOf(stats);
    // One more column for samples without an answer.
    const columns = labels.length + 1;
    return {
      width: labels.length * columns,
      rows: labelRows(stats, labels, labels.length * columns, (rows, start, target, predicted) => {
        if (target >= 0) rows[start + target * columns + (predicted < 0 ? labels.length : predicted)] = 1;
      }),
      value: (sums) =>
        cohenKappa(
          labels.map((_, row) => Array.from(sums.subarray(row * columns, (row + 1) * columns))),
          weights,
        ),
    };
  });
}

export const kappa: JudgeModule = {
  name: "kappa",
  summary: "Cohen's kappa of predicted and true labels; with weights for labels in an order, such as grades.",
  reference: "scikit-learn 1.9.1 cohen_kappa_score",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      ...ANSWER_OPTIONS,
      weights: {
        description: "How a wrong label counts: all alike, or by its distance from the true one among the choices.",
        enum: ["none", "linear", "quadratic"],
        default: "none",
      },
    },
  },
  example: { output: "good", references: ["good"], options: { weights: "quadratic" }, values: { kappa: 1 } },
  create: (options, context) => {
    const metrics = [kappaMetric(options, context)];
    return labelJudge({ name: "kappa", signature: signatureOf("sklearn:1.9.1", options), metrics }, options, context);
  },
};

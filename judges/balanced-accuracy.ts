import type { JudgeModule } from "../src/core/judge.ts";
import { ANSWER_OPTIONS, signatureOf } from "./answers/choice.ts";
import { balancedAccuracy as ofCounts } from "./answers/class-counts.ts";
import { countMetric, labelJudge } from "./answers/label-judge.ts";

export const balancedAccuracy: JudgeModule = {
  name: "balanced_accuracy",
  summary: "Mean over the true labels of the percentage of their samples that were answered right.",
  reference: "scikit-learn 1.9.1 balanced_accuracy_score",
  needsReferences: true,
  options: { type: "object", additionalProperties: false, properties: ANSWER_OPTIONS },
  example: { output: "neutral", references: ["negative"], values: { balanced_accuracy: 0 } },
  create: (options, context) => {
    const valueOf = (counts: ArrayLike<number>): number => 100 * ofCounts(counts);
    const metrics = [countMetric({ name: "balanced_accuracy", unit: "percent", range: [0, 100] }, context, valueOf)];
    const signature = signatureOf("sklearn:1.9.1", options);
    return labelJudge({ name: "balanced_accuracy", signature, metrics }, options, context);
  },
};

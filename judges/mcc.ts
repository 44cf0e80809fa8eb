import type { JudgeModule } from "../src/core/judge.ts";
import { ANSWER_OPTIONS, signatureOf } from "./answers/choice.ts";
import { matthews } from "./answers/class-counts.ts";
import { countMetric, labelJudge } from "./answers/label-judge.ts";

export const mcc: JudgeModule = {
  name: "mcc",
  summary:
    "Matthews' correlation of predicted and true labels: 1 perfect, 0 as good as chance, also for unequal classes.",
  reference: "scikit-learn 1.9.1 matthews_corrcoef",
  needsReferences: true,
  options: { type: "object", additionalProperties: false, properties: ANSWER_OPTIONS },
  example: { output: "acceptable", references: ["acceptable"], values: { mcc: 1 } },
  create: (options, context) => {
    const metrics = [countMetric({ name: "mcc", unit: "number", range: [-1, 1] }, context, matthews)];
    return labelJudge({ name: "mcc", signature: signatureOf("sklearn:1.9.1", options), metrics }, options, context);
  },
};

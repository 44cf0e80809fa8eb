import type { JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { type SquadVersion, tokenF1 as score } from "./answers/token-f1.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { meanMetric } from "./metric/mean.ts";

export const tokenF1: JudgeModule = {
  name: "token_f1",
  summary:
    "F1 of the words shared with the closest reference, as in SQuAD. English articles and punctuation do not count.",
  reference: "SQuAD evaluate-v1.1.py, evaluate-v2.0.py",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      version: {
        description: "Which SQuAD script to follow: in 2 an empty answer to an empty reference is right, in 1 wrong.",
        enum: [1, 2],
        default: 2,
      },
    },
  },
  example: {
    output: "In the harbour of Kiel",
    references: ["Kiel harbour", "Kiel"],
    values: { token_f1: 66.66666666666667 },
  },
  create: (options) => {
    const version = (options["version"] ?? 2) as SquadVersion;
    return {
      name: "token_f1",
      version: "1",
      signature: signatureOf("squad", { version }),
      metrics: [meanMetric<number>({ name: "token_f1" }, (stats) => stats)],
      score: (completion, sample) =>
        attemptWithReferences(sample, () =>
          Math.max(...sample.references.map((reference) => score(completion.text, reference, version))),
        ),
    };
  },
};

import type { JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { proportionMetric } from "./metric/mean.ts";

type ContainsStats = { readonly correct: boolean };

export const contains: JudgeModule = {
  name: "contains",
  summary: "Percentage of outputs in which a reference occurs.",
  reference: "String comparison by UTF-16 units",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      all: { description: "Every reference must occur, not just one.", type: "boolean", default: false },
      ignore_case: { description: "Compare in lowercase.", type: "boolean", default: false },
    },
  },
  example: {
    output: "Take bus 7 or the ferry.",
    references: ["ferry", "tram"],
    values: { contains: 100 },
  },
  create: (options) => {
    const fold = (text: string): string => (options["ignore_case"] === true ? text.toLowerCase() : text);
    return {
      name: "contains",
      version: "1",
      signature: signatureOf("contains", options),
      metrics: [proportionMetric<ContainsStats>({ name: "contains" }, (stats) => stats.correct)],
      score: (completion, sample) =>
        attemptWithReferences(sample, () => {
          const text = fold(completion.text);
          const occurs = (reference: string): boolean => text.includes(fold(reference));
          return {
            correct: options["all"] === true ? sample.references.every(occurs) : sample.references.some(occurs),
          };
        }),
    };
  },
};

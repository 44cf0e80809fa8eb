import type { JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { compilePattern } from "./answers/pattern.ts";
import { attempt } from "./metric/attempt.ts";
import { proportionMetric } from "./metric/mean.ts";

type RegexStats = { readonly correct: boolean };

export const regex: JudgeModule = {
  name: "regex",
  summary: "Percentage of outputs that match a regular expression, or that do not.",
  reference: "Leftmost-first matching in linear time: no look-around, no back-references",
  needsReferences: false,
  options: {
    type: "object",
    additionalProperties: false,
    required: ["pattern"],
    properties: {
      pattern: { description: "A regular expression. (?i), (?s) and (?m) may stand at its start.", type: "string" },
      whole: { description: "The whole output must match, not just a part.", type: "boolean", default: false },
      ignore_case: { description: "Match letters of either case.", type: "boolean", default: false },
      absent: { description: "The output must not match.", type: "boolean", default: false },
    },
  },
  example: {
    output: "due 2031-04-09",
    references: [],
    options: { pattern: "\\d{4}-\\d{2}-\\d{2}$" },
    values: { regex: 100 },
  },
  create: (options) => {
    const pattern = compilePattern(options["pattern"] as string, {
      ignoreCase: options["ignore_case"] === true,
      whole: options["whole"] === true,
    });
    return {
      name: "regex",
      version: "1",
      signature: signatureOf("regex", options),
      metrics: [proportionMetric<RegexStats>({ name: "regex" }, (stats) => stats.correct)],
      score: (completion) =>
        attempt(() => ({ correct: pattern.test(completion.text) !== (options["absent"] === true) })),
    };
  },
};

import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule } from "../src/core/judge.ts";
import { chrf as makeChrf } from "./overlap/chrf.ts";
import { corpusJudge, type OverlapStats } from "./overlap/corpus-judge.ts";

/** Options as a suite writes them, checked against the schema. */
interface SuiteOptions {
  readonly char_order?: number;
  readonly word_order?: number;
  readonly beta?: number;
  readonly lowercase?: boolean;
  readonly whitespace?: boolean;
  readonly eps_smoothing?: boolean;
}

function create(options: JsonObject): Judge<OverlapStats> {
  const suite = options as SuiteOptions;
  const metric = makeChrf({
    charOrder: suite.char_order,
    wordOrder: suite.word_order,
    beta: suite.beta,
    lowercase: suite.lowercase,
    whitespace: suite.whitespace,
    epsSmoothing: suite.eps_smoothing,
  });
  return corpusJudge({
    name: "chrf",
    // The name tells beta; how many references there are is the data's affair.
    signature: `${metric.name}|${metric.signatures("var").signature}`,
    statistics: metric,
    higherIsBetter: true,
    range: [0, 100],
    score: (sums) => metric.score(sums),
  });
}

export const chrf: JudgeModule = {
  name: "chrf",
  summary: "F-score of shared character n-grams over the whole corpus; chrF++ with word_order 2. For any language.",
  reference: "sacrebleu 2.6.0",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      char_order: { description: "Longest character n-gram.", type: "integer", minimum: 1, maximum: 32, default: 6 },
      word_order: {
        description: "Longest word n-gram: 0 for chrF, 2 for chrF++.",
        type: "integer",
        minimum: 0,
        maximum: 16,
        default: 0,
      },
      beta: {
        description: "How many times as much recall weighs as precision.",
        type: "integer",
        minimum: 1,
        maximum: 100,
        default: 2,
      },
      lowercase: { description: "Compare in lowercase.", type: "boolean", default: false },
      whitespace: { description: "Count white space as characters.", type: "boolean", default: false },
      eps_smoothing: {
        description:
          "Average the F-scores of all orders, as chrF++.py, NLTK and Moses do, not only of those that occur.",
        type: "boolean",
        default: false,
      },
    },
  },
  example: {
    output: "good morning",
    references: ["good evening"],
    values: { chrf: 33.695286195286194 },
  },
  create,
};

import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule } from "../src/core/judge.ts";
import { corpusJudge, type OverlapStats } from "./overlap/corpus-judge.ts";
import { ter as makeTer } from "./overlap/ter.ts";

/** Options as a suite writes them, checked against the schema. */
interface SuiteOptions {
  readonly normalized?: boolean;
  readonly no_punct?: boolean;
  readonly asian_support?: boolean;
  readonly case_sensitive?: boolean;
}

function create(options: JsonObject): Judge<OverlapStats> {
  const suite = options as SuiteOptions;
  const metric = makeTer({
    normalized: suite.normalized,
    noPunct: suite.no_punct,
    asianSupport: suite.asian_support,
    caseSensitive: suite.case_sensitive,
  });
  return corpusJudge({
    name: "ter",
    // How many references there are is the data's affair.
    signature: metric.signatures("var").signature,
    statistics: metric,
    higherIsBetter: false,
    range: [0, Number.POSITIVE_INFINITY],
    score: (sums) => metric.score(sums),
  });
}

export const ter: JudgeModule = {
  name: "ter",
  summary:
    "Edits and shifts of words that would make the output a reference, per word of the references. Lower is better.",
  reference: "sacrebleu 2.6.0",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      normalized: { description: "Cut punctuation off words and resolve entities.", type: "boolean", default: false },
      no_punct: { description: "Remove punctuation.", type: "boolean", default: false },
      asian_support: {
        description: "With normalized, cut East Asian text into characters; with no_punct, remove its punctuation too.",
        type: "boolean",
        default: false,
      },
      case_sensitive: { description: "Keep upper case.", type: "boolean", default: false },
    },
  },
  example: {
    output: "on the table lies the letter",
    references: ["the letter lies on the table"],
    values: { ter: 33.333333333333336 },
  },
  create,
};

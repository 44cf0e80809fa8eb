import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { FILTERS, filterChain } from "./answers/filters.ts";
import { ignoring, normalizeSquad } from "./answers/normalize.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { proportionMetric } from "./metric/mean.ts";
import { trimPython } from "./overlap/python-space.ts";

type ExactMatchStats = { readonly correct: boolean };

function normalizer(options: JsonObject): (text: string) => string {
  const keep = ignoring({
    regexes: (options["regexes_to_ignore"] ?? []) as readonly string[],
    case: options["ignore_case"] === true,
    punctuation: options["ignore_punctuation"] === true,
    numbers: options["ignore_numbers"] === true,
  });
  const trimmed = options["trim"] === false ? keep : (text: string) => trimPython(keep(text));
  return options["normalize"] === "squad" ? (text) => normalizeSquad(trimmed(text)) : trimmed;
}

function create(options: JsonObject): Judge<ExactMatchStats> {
  const normalize = normalizer(options);
  const filter = filterChain((options["filters"] ?? []) as readonly JsonObject[]);
  return {
    name: "exact_match",
    version: "1",
    signature: signatureOf("lm_eval:0.4.13", { trim: true, ...options }),
    metrics: [proportionMetric<ExactMatchStats>({ name: "exact_match" }, (stats) => stats.correct)],
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const answer = normalize(filter(completion.text));
        return { correct: sample.references.some((reference) => normalize(reference) === answer) };
      }),
  };
}

const flag = (description: string): JsonObject => ({ description, type: "boolean", default: false });

export const exactMatch: JudgeModule = {
  name: "exact_match",
  summary: "Percentage of outputs that equal a reference.",
  reference: "lm_eval 0.4.13 exact_match; SQuAD's evaluate-v1.1.py with normalize: squad",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      normalize: {
        description: "squad: lowercase, without ASCII punctuation and English articles, white space collapsed.",
        enum: ["none", "squad"],
        default: "none",
      },
      trim: { description: "Ignore white space at both ends. lm-eval does not.", type: "boolean", default: true },
      filters: FILTERS,
      ignore_case: flag("Compare in lowercase."),
      ignore_punctuation: flag("Delete ASCII punctuation."),
      ignore_numbers: flag("Delete ASCII digits."),
      regexes_to_ignore: {
        description: "Regular expressions whose matches are deleted before all else, in order.",
        type: "array",
        items: { type: "string", minLength: 1 },
      },
    },
  },
  example: {
    output: " The Danube. ",
    references: ["Volga", "the danube"],
    options: { ignore_case: true, ignore_punctuation: true },
    values: { exact_match: 100 },
  },
  create,
};

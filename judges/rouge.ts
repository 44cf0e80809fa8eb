import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { meanMetric } from "./metric/mean.ts";
import { rougeScorer } from "./rouge/scorer.ts";

/** F-measures 0..1 in the order of the types. */
type RougeStats = readonly number[];

const TYPES = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

function create(options: JsonObject): Judge<RougeStats> {
  const types = (options["types"] ?? TYPES) as readonly string[];
  const stemmer = options["stemmer"] === true;
  const scorer = rougeScorer({ types, stemmer });
  return {
    name: "rouge",
    version: "1",
    signature: signatureOf("rouge_score:0.1.2", { stemmer, ...options }),
    metrics: types.map((type, index) => meanMetric<RougeStats>({ name: type }, (stats) => stats[index] as number)),
    score: (completion, sample) =>
      attemptWithReferences(sample, () =>
        scorer.scoreMulti(sample.references, completion.text).map((score) => score.fmeasure),
      ),
  };
}

export const rouge: JudgeModule = {
  name: "rouge",
  summary: "Shared n-grams and longest common subsequences with a reference: the F-measures of ROUGE-N, -L and -Lsum.",
  reference: "rouge_score 0.1.2",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      types: {
        description: "rouge1 to rouge9, rougeL, rougeLsum. rougeLsum takes lines for sentences.",
        type: "array",
        minItems: 1,
        uniqueItems: true,
        items: { type: "string", pattern: "^rouge([1-9]|L|Lsum)$" },
        default: TYPES,
      },
      stemmer: {
        description: "Compare Porter stems of words longer than three characters. English only.",
        type: "boolean",
        default: false,
      },
    },
  },
  example: {
    output: "the red kite circled above the barn",
    references: ["a red kite circled over the old barn"],
    values: { rouge1: 66.66666666666666, rouge2: 30.76923076923077, rougeL: 66.66666666666666 },
  },
  create,
};

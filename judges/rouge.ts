import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeModule } from "../src/core/judge.ts";
import { signatureOf } from "./answers/choice.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { meanMetric } from "./metric/mean.ts";
import { rougeScorer } from "./rouge/scorer.ts";

type RougeStats = {
  /** F-measures 0..1 in the order of the types. */
  readonly f: readonly number[];
  /** All words of the references are in scripts that ROUGE does not see: any text scores 0. */
  readonly unseen?: true;
};

const TYPES = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

function isUnseen(reference: string): boolean {
  return !/[a-z0-9]/i.test(reference) && /[\p{L}\p{N}]/u.test(reference);
}

function create(options: JsonObject): Judge<RougeStats> {
  const types = (options["types"] ?? TYPES) as readonly string[];
  const stemmer = options["stemmer"] === true;
  const scorer = rougeScorer({ types, stemmer });
  return {
    name: "rouge",
    version: "1",
    signature: signatureOf("rouge_score:0.1.2", { stemmer, ...options }),
    metrics: types.map((type, index) => meanMetric<RougeStats>({ name: type }, ({ f }) => f[index] as number)),
    flags: (stats) => (stats.unseen === true ? ["script_not_seen"] : []),
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const f = scorer.scoreMulti(sample.references, completion.text).map((score) => score.fmeasure);
        return sample.references.every(isUnseen) ? { f, unseen: true } : { f };
      }),
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

import { createHash } from "node:crypto";

import type { Completion } from "../src/core/completion.ts";
import { EvalhError } from "../src/core/errors.ts";
import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeContext, JudgeModule, Metric } from "../src/core/judge.ts";
import type { Sample } from "../src/core/sample.ts";
import { ANSWER_OPTIONS, answerFinder, signatureOf, type Answer } from "./answers/choice.ts";
import { majority } from "./answers/majority.ts";
import { readNumber } from "./answers/number.ts";
import { passAtK, passHatK } from "./answers/pass-at-k.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { meanMetric, proportionMetric } from "./metric/mean.ts";

/** A sample's answers, in the order of its repeats. */
type PassStats = {
  /** Null where there was none to read. */
  readonly answers: readonly (string | null)[];
  readonly right: readonly boolean[];
};

/** A longer answer is kept as its hash: only whether two are equal counts. */
const LONGEST = 64;

/** Makes a metric look at all answers of a sample at once; samples with fewer than k are left out. */
function overRepeats(metric: Metric<PassStats>, k: number): Metric<PassStats> {
  return {
    ...metric,
    applies: ({ right }) => right.length >= k,
    combineRepeats: (stats) => ({
      answers: stats.flatMap(({ answers }) => answers),
      right: stats.flatMap(({ right }) => right),
    }),
  };
}

const countRight = ({ right }: PassStats): number => right.filter(Boolean).length;

function metricsFor(k: number, withHat: boolean): Metric<PassStats>[] {
  const metrics = [
    meanMetric<PassStats>({ name: `pass_at_${k}` }, (stats) => passAtK(stats.right.length, countRight(stats), k)),
    proportionMetric<PassStats>({ name: `maj_at_${k}` }, ({ answers, right }) => {
      const elected = majority(answers.slice(0, k));
      return elected !== null && right[elected] === true;
    }),
  ];
  if (withHat) {
    metrics.push(
      meanMetric<PassStats>({ name: `pass_hat_${k}` }, (stats) => passHatK(stats.right.length, countRight(stats), k)),
    );
  }
  return metrics.map((metric) => overRepeats(metric, k));
}

/** The k that are wanted; without a wish 1 and as many as there are answers. */
function kOf(options: JsonObject, { repeats }: JudgeContext): readonly number[] {
  const wanted = options["k"] as number | readonly number[] | undefined;
  const all = wanted === undefined ? [1, repeats ?? 1] : [wanted].flat();
  const most = Math.max(...all);
  if (repeats !== undefined && most > repeats) {
    throw new EvalhError("E_JUDGE", `pass_at_k with k = ${most} needs ${most} answers to each sample, not ${repeats}`, {
      hint: `set \`repeats: ${most}\` on the task, with a temperature above 0`,
    });
  }
  return [...new Set(all)];
}

function brief(answer: string | null): string | null {
  if (answer === null || answer.length <= LONGEST) return answer;
  return createHash("sha256").update(answer).digest("base64url");
}

type Find = (completion: Completion, sample: Sample) => Pick<Answer, "predicted" | "correct">;

/** Numbers are equal however they are written. */
const findNumber: Find = ({ text }, { references }) => {
  const number = readNumber(text, "last");
  const predicted = number === undefined ? null : String(number);
  return {
    predicted,
    correct: references.some((reference) => readNumber(reference, "last") === number) && predicted !== null,
  };
};

function create(options: JsonObject, context: JudgeContext): Judge<PassStats> {
  const find: Find = options["numeric"] === true ? findNumber : answerFinder(options, context);
  const all = kOf(options, context);
  return {
    name: "pass_at_k",
    version: "1",
    signature: signatureOf("pass_at_k", { ...options, k: all }),
    metrics: all.flatMap((k) => metricsFor(k, options["hat"] === true)),
    flags: ({ answers }) => (answers.includes(null) ? ["not_extracted"] : []),
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const { predicted, correct } = find(completion, sample);
        return { answers: [brief(predicted)], right: [correct] };
      }),
  };
}

export const passAtKJudge: JudgeModule = {
  name: "pass_at_k",
  summary:
    "Over a task's repeats: the chance that one of k answers is right, and whether most of k agree on a right one.",
  reference: "Chen et al. 2021 (pass@k, unbiased); Wang et al. 2022 (majority of the first k); τ-bench 2024 (pass^k)",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      ...ANSWER_OPTIONS,
      k: {
        description: "How many answers count, at most the task's `repeats`; 1 and all of them by default.",
        type: ["integer", "array"],
        minimum: 1,
        minItems: 1,
        uniqueItems: true,
        items: { type: "integer", minimum: 1 },
      },
      numeric: {
        description: "The answer is the last number of the output, the right one that of a reference.",
        type: "boolean",
        default: false,
      },
      hat: { description: "Also the chance that all of k answers are right.", type: "boolean", default: false },
    },
  },
  example: {
    output: "So the answer is 12.",
    references: ["12"],
    options: { extract: "answer is (\\d+)" },
    values: { pass_at_1: 100, maj_at_1: 100 },
  },
  create,
};

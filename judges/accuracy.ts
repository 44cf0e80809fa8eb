import type { JsonObject } from "../src/core/json.ts";
import type { Judge, JudgeContext, JudgeModule, Metric } from "../src/core/judge.ts";
import { ANSWER_OPTIONS, answerFinder, argmax, choiceLogprobs, choicesOf, signatureOf } from "./answers/choice.ts";
import { attemptWithReferences } from "./metric/attempt.ts";
import { proportionMetric } from "./metric/mean.ts";

type AccuracyStats = {
  readonly correct: boolean;
  /** With choices: the index of the one answered, null where the output is none of them. */
  readonly predicted?: number | null;
  /** With choices: the index of the first accepted one. */
  readonly target?: number;
  /** Whether the choice with the highest log-probability per character, per byte is right. */
  readonly norm?: readonly [characters: boolean, bytes: boolean];
};

/** Length in code points, as Python counts. */
const characters = (text: string): number => Array.from(text).length;
const bytes = (text: string): number => Buffer.byteLength(text);

function create(options: JsonObject, context: JudgeContext): Judge<AccuracyStats> {
  const find = answerFinder(options, context);
  const normalized = options["acc_norm"] === true;
  const metrics: Metric<AccuracyStats>[] = [
    proportionMetric<AccuracyStats>({ name: "accuracy" }, (stats) => stats.correct),
  ];
  if (normalized) {
    metrics.push(
      proportionMetric<AccuracyStats>({ name: "acc_norm" }, (stats) => stats.norm?.[0] === true),
      proportionMetric<AccuracyStats>({ name: "acc_bytes" }, (stats) => stats.norm?.[1] === true),
    );
  }
  return {
    name: "accuracy",
    version: "1",
    signature: signatureOf("lm_eval:0.4.13", options),
    metrics,
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const { predicted, targets, correct } = find(completion, sample);
        const choices = choicesOf(sample, context);
        if (choices === undefined) return { correct };
        const stats = {
          correct,
          predicted: predicted === null ? null : choices.indexOf(predicted),
          target: choices.indexOf(targets[0] as string),
        };
        const logprobs = normalized ? choiceLogprobs(completion, choices) : undefined;
        if (logprobs === undefined) return stats;
        const isRight = (length: (text: string) => number): boolean => {
          const best = argmax(logprobs.map((logprob, index) => logprob / length(choices[index] as string)));
          return targets.includes(choices[best] as string);
        };
        return { ...stats, norm: [isRight(characters), isRight(bytes)] };
      }),
  };
}

export const accuracy: JudgeModule = {
  name: "accuracy",
  summary: "Percentage of right answers: of the likeliest choice, or of a text that equals a choice or a reference.",
  reference: "lm_eval 0.4.13 acc, acc_norm, acc_bytes",
  needsReferences: true,
  options: {
    type: "object",
    additionalProperties: false,
    properties: {
      ...ANSWER_OPTIONS,
      acc_norm: {
        description: "With log-probabilities of choices: also divide them by the choice's length in characters and bytes.",
        type: "boolean",
        default: false,
      },
    },
  },
  example: {
    output: "Answer: lead\nLead is the heavier one.",
    references: ["Lead"],
    options: { first_line: true, ignore_case: true, extract: "Answer: (\\w+)" },
    values: { accuracy: 100 },
  },
  create,
};

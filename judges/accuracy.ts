import type { ContinuationScore } from "../src/core/completion.ts";
import { EvalhError } from "../src/core/errors.ts";
import type { JsonObject } from "../src/core/json.ts";
import type { FigureCollector, Judge, JudgeContext, JudgeModule, Metric } from "../src/core/judge.ts";
import { ANSWER_OPTIONS, answerFinder, argmax, choiceLogprobs, choicesOf, signatureOf } from "./answers/choice.ts";
import { confusionCollector } from "./answers/confusion-figure.ts";
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
  /** How many choices are likelier than the likeliest right one. */
  readonly rank?: number;
};

/** Length in code points, as Python counts. */
const characters = (text: string): number => Array.from(text).length;
const bytes = (text: string): number => Buffer.byteLength(text);

function metricsOf(options: JsonObject): Metric<AccuracyStats>[] {
  const metrics = [proportionMetric<AccuracyStats>({ name: "accuracy" }, (stats) => stats.correct)];
  if (options["acc_norm"] === true) {
    metrics.push(
      proportionMetric<AccuracyStats>({ name: "acc_norm" }, (stats) => stats.norm?.[0] === true),
      proportionMetric<AccuracyStats>({ name: "acc_bytes" }, (stats) => stats.norm?.[1] === true),
    );
  }
  const k = options["top_k"];
  if (typeof k === "number") {
    metrics.push(proportionMetric<AccuracyStats>({ name: `top_${k}` }, (stats) => (stats.rank ?? Infinity) < k));
  }
  return metrics;
}

/** What only log-probabilities of choices can tell. */
function likelihoodStats(
  options: JsonObject,
  logprobs: readonly number[],
  choices: readonly string[],
  targets: readonly string[],
): Pick<AccuracyStats, "norm" | "rank"> {
  const isRight = (index: number): boolean => targets.includes(choices[index] as string);
  const bestPer = (length: (text: string) => number): number =>
    argmax(logprobs.map((logprob, index) => logprob / length(choices[index] as string)));
  const right = Math.max(...logprobs.filter((_, index) => isRight(index)));
  return {
    ...(options["acc_norm"] === true ? { norm: [isRight(bestPer(characters)), isRight(bestPer(bytes))] } : {}),
    ...(options["top_k"] === undefined ? {} : { rank: logprobs.filter((logprob) => logprob > right).length }),
  };
}

/** A loglikelihood task: right if greedy decoding would have written a reference, as lm-eval's acc. */
function isGreedy(scores: readonly ContinuationScore[]): boolean {
  if (scores.some((score) => score.greedy === undefined)) {
    throw new EvalhError("E_JUDGE", "The backend does not say whether a text is what greedy decoding writes.");
  }
  return scores.some((score) => score.greedy === true);
}

/** Where every sample has choices of its own, the answer is counted only. */
function choiceRead(predicted: number | null | undefined, choices: readonly string[] | undefined): string | null {
  if (predicted === undefined) return null;
  if (predicted === null) return "no choice to read";
  return `read as ${choices?.[predicted] ?? `choice ${predicted + 1}`}`;
}

/** Indices count the choices that all samples share. */
function choiceConfusion(choices: readonly string[]): FigureCollector<AccuracyStats> {
  return confusionCollector<AccuracyStats>(choices, ({ target, predicted, correct }) => {
    const label = choices[(correct ? predicted : target) ?? -1];
    return label === undefined ? null : [label, choices[predicted ?? -1] ?? null];
  });
}

function create(options: JsonObject, context: JudgeContext): Judge<AccuracyStats> {
  const find = answerFinder(options, context);
  const needsLogprobs = options["acc_norm"] === true || options["top_k"] !== undefined;
  return {
    name: "accuracy",
    version: "1",
    signature: signatureOf("lm_eval:0.4.13", options),
    metrics: metricsOf(options),
    flags: (stats) => (stats.predicted === null ? ["not_extracted"] : []),
    explain: ({ predicted }) => choiceRead(predicted, context.choices),
    ...(context.choices === undefined ? {} : { figure: () => choiceConfusion(context.choices ?? []) }),
    score: (completion, sample) =>
      attemptWithReferences(sample, () => {
        const choices = choicesOf(sample, context);
        if (choices === undefined && completion.choices !== undefined) return { correct: isGreedy(completion.choices) };
        const { predicted, targets, correct } = find(completion, sample);
        const logprobs = choiceLogprobs(completion, choices);
        if (needsLogprobs && logprobs === undefined) {
          throw new EvalhError("E_JUDGE", "acc_norm and top_k need the log-probabilities of choices.");
        }
        if (choices === undefined) return { correct };
        return {
          correct,
          predicted: predicted === null ? null : choices.indexOf(predicted),
          target: choices.indexOf(targets[0] as string),
          ...(logprobs === undefined ? {} : likelihoodStats(options, logprobs, choices, targets)),
        };
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
        description: "Also take the choice with the highest log-probability per character, and per byte.",
        type: "boolean",
        default: false,
      },
      top_k: { description: "Also count answers among the k likeliest choices.", type: "integer", minimum: 1 },
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

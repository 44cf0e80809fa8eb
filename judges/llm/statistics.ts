import type { Metric } from "../../src/core/judge.ts";
import { meanMetric } from "../metric/mean.ts";
import type { Ballot } from "./ballot.ts";
import { addUsage, NO_USAGE } from "./jury.ts";
import type { Scale } from "./scale.ts";

/** What is kept of a sample. */
export type LlmStats = {
  /** One a model, in the suite's order: positions on the scale. */
  readonly ratings: readonly number[];
  /** Of a comparison: one a model, as `Ballot.lean`. */
  readonly leans?: readonly number[];
  /** A person's rating of the same answer, where there is one. */
  readonly human?: number;
  /** Tokens of prompts and of replies. */
  readonly tokens: readonly [prompt: number, completion: number];
  /** Where prices are given. */
  readonly cost?: number;
};

export function statsOf(
  ballots: readonly Ballot[],
  about: { readonly isPairwise: boolean; readonly hasPrices: boolean; readonly human: number | null },
): LlmStats {
  const usage = ballots.reduce((sum, ballot) => addUsage(sum, ballot.usage), NO_USAGE);
  return {
    ratings: ballots.map(({ rating }) => rating),
    ...(about.isPairwise ? { leans: ballots.map(({ lean }) => lean) } : {}),
    ...(about.human === null ? {} : { human: about.human }),
    tokens: usage.tokens,
    ...(about.hasPrices ? { cost: usage.cost } : {}),
  };
}

/** Each model's own verdict: what the mean hides. */
export function ballotText({ ratings, leans }: LlmStats, scale: Scale, models: readonly string[]): string {
  const each = ratings.map((rating, index) => {
    const swayed = (leans?.[index] ?? 0) === 0 ? "" : ", changed with the order";
    return `${models[index] ?? "model"} ${scale.score(rating)}${swayed}`;
  });
  return `judged ${each.join("; ")}`;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The score of a rubric: the mean over the models of a jury. */
export function scoreMetric(scale: Scale): Metric<LlmStats> {
  return meanMetric<LlmStats>({ name: "llm_score", unit: "number", range: scale.range }, ({ ratings }) =>
    mean(ratings.map(scale.score)),
  );
}

/** How often the answer wins, a tie counting half; and how often a verdict changed with the order. */
export function pairMetrics(scale: Scale): Metric<LlmStats>[] {
  return [
    meanMetric<LlmStats>({ name: "llm_win_rate" }, ({ ratings }) => mean(ratings.map(scale.score))),
    {
      ...meanMetric<LlmStats>({ name: "position_bias", higherIsBetter: false }, ({ leans = [] }) =>
        mean(leans.map(Math.abs)),
      ),
      diagnostic: true,
    },
  ];
}

/** What judging costs a sample. */
export function usageMetrics(hasPrices: boolean): Metric<LlmStats>[] {
  const perSample = (name: string, valueOf: (stats: LlmStats) => number): Metric<LlmStats> => ({
    ...meanMetric<LlmStats>({ name, higherIsBetter: false, unit: "number", range: [0, Infinity] }, valueOf),
    diagnostic: true,
  });
  return [
    perSample("judge_tokens", ({ tokens }) => tokens[0] + tokens[1]),
    ...(hasPrices ? [perSample("judge_cost", ({ cost = 0 }) => cost)] : []),
  ];
}

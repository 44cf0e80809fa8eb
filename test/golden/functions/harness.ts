import { standardError, moments } from "../../../src/stats/mean.ts";
import { pythonMt19937 } from "../../../src/stats/mt19937.ts";
import { harnessCombinedError, pooledError, unweightedError, weightedMean } from "../../../src/stats/pooling.ts";
import type { GoldenFunction } from "../golden-file.ts";

/** Aggregations of lm-evaluation-harness. */
export const harnessFunctions: Record<string, GoldenFunction> = {
  "lmeval.mean_stderr": (input) => {
    const { values } = input as { values: number[] };
    return { mean: moments(values).mean, stderr: standardError(values) };
  },
  "lmeval.bootstrap_stderr": (input, params) => {
    const { values } = input as { values: number[] };
    const { f, iters } = params as { f: "mean" | "median"; iters: number };
    const statistic = f === "mean" ? (xs: number[]) => moments(xs).mean : upperMedian;
    return { stderr: moments(harnessBootstrap(values, statistic, iters)).sd };
  },
  "lmeval.group": (input) => {
    const { metrics, sizes, stderrs } = input as Record<"metrics" | "sizes" | "stderrs", number[]>;
    const subtasks = metrics.map((value, i) => ({ value, n: sizes[i] as number, error: stderrs[i] as number }));
    return {
      weighted_mean: weightedMean(subtasks),
      pooled: pooledError(subtasks),
      unweighted: unweightedError(subtasks),
      combined: harnessCombinedError(subtasks),
    };
  },
  "lmeval.ppl": (input) => {
    const { items } = input as { items: [number, number][] };
    const logprob = items.reduce((sum, [l]) => sum + l, 0);
    const perWeight = -logprob / items.reduce((sum, [, weight]) => sum + weight, 0);
    return {
      weighted_perplexity: Math.exp(perWeight),
      bits_per_byte: perWeight / Math.LN2,
      perplexity_of_first: Math.exp(-logprob / items.length),
    };
  },
  "lmeval.brier": (input) => {
    const { items } = input as { items: [number, number[]][] };
    const scores = items.map(([gold, p]) => p.reduce((sum, x, k) => sum + (x - (k === gold ? 1 : 0)) ** 2, 0));
    return { brier: moments(scores).mean };
  },
};

/** The harness resamples in chunks of at most 1000; chunk i has a generator of its own, seeded with i. */
function harnessBootstrap(values: number[], statistic: (xs: number[]) => number, iterations: number): number[] {
  const size = Math.min(1000, iterations);
  return Array.from({ length: Math.floor(iterations / size) }, (_, chunk) => {
    const generator = pythonMt19937(chunk);
    return Array.from({ length: size }, () =>
      statistic(values.map(() => values[Math.floor(generator.double() * values.length)] as number)),
    );
  }).flat();
}

function upperMedian(values: number[]): number {
  return values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)] as number;
}

import type { Estimate } from "../core/estimate.ts";
import { meanInterval, moments } from "../stats/mean.ts";
import { normalQuantile } from "../stats/normal.ts";
import type { Histogram } from "./histogram.ts";
import type { LoadStage } from "./load-plan.ts";
import { PERCENTILES, type Distribution, type Percentile, type StageGpu, type StageResult } from "./load-result.ts";
import { slopeOf, SLICE_MS, type Completions, type Latencies } from "./recorder.ts";
import type { StageOutcome } from "./stage.ts";

/** Most slices that the interval of a single repeat's rate rests on, and fewest. */
const MOST_BATCHES = 10;
const FEWEST_BATCHES = 4;
const Z95 = normalQuantile(0.975);

/** One repeat as numbers: histograms are large, and are not kept. */
export interface RepeatSummary {
  readonly seconds: number;
  readonly outcome: Pick<StageOutcome, "unsent" | "busy" | "isPartial">;
  readonly completed: number;
  readonly failed: number;
  readonly good: number;
  readonly errors: StageOutcome["recording"]["errors"];
  readonly counted: { readonly prompts: number; readonly outputs: number };
  readonly totals: { readonly promptTokens: number; readonly outputTokens: number; readonly chunks: number };
  /** Completions a second, and how they were spread over the window. */
  readonly rates: Readonly<Record<keyof Completions, RateSummary>>;
  readonly latencies: Readonly<Record<keyof Latencies, DistributionSummary | null>>;
  readonly gpu: StageGpu | null;
  /** NaN where nothing is scheduled. */
  readonly waitGrowth: number;
}

interface RateSummary {
  readonly value: number;
  /** Interval from batch means; null where the window is too short for one. */
  readonly within: readonly [number, number] | null;
}

interface DistributionSummary {
  readonly n: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly meanWithin: readonly [number, number];
  readonly percentiles: Readonly<Record<Percentile, PercentileSummary | null>>;
}

interface PercentileSummary {
  readonly value: number;
  readonly within: readonly [number, number];
}

/** Sums up a repeat. */
export function summariseRepeat(outcome: StageOutcome, gpu: StageGpu | null): RepeatSummary {
  const { recording, window } = outcome;
  const seconds = Math.max(0, window.to - window.from) / 1000;
  const rate = (pick: keyof Completions): RateSummary => rateOf(recording.slices, pick, seconds);
  return {
    seconds,
    outcome: { unsent: outcome.unsent, busy: outcome.busy, isPartial: outcome.isPartial },
    completed: recording.completed,
    failed: recording.failed,
    good: recording.good,
    errors: recording.errors,
    counted: { prompts: recording.countedPrompts, outputs: recording.countedOutputs },
    totals: recording,
    rates: {
      requests: rate("requests"),
      good: rate("good"),
      promptTokens: rate("promptTokens"),
      outputTokens: rate("outputTokens"),
    },
    latencies: mapValues(recording.latencies, distributionOf),
    gpu,
    waitGrowth: slopeOf(recording.trend),
  };
}

function mapValues<K extends string, V, R>(record: Readonly<Record<K, V>>, map: (value: V) => R): Record<K, R> {
  return Object.fromEntries(Object.entries<V>(record).map(([key, value]) => [key, map(value)])) as Record<K, R>;
}

function rateOf(slices: readonly Completions[], pick: keyof Completions, seconds: number): RateSummary {
  const total = slices.reduce((sum, slice) => sum + slice[pick], 0);
  const value = seconds > 0 ? total / seconds : 0;
  const whole = Math.floor((seconds * 1000) / SLICE_MS);
  const perBatch = Math.max(1, Math.floor(whole / MOST_BATCHES));
  const batches = Math.floor(whole / perBatch);
  if (batches < FEWEST_BATCHES) return { value, within: null };
  const means = Array.from({ length: batches }, (_, batch) => {
    let sum = 0;
    for (let i = 0; i < perBatch; i++) sum += slices[batch * perBatch + i]?.[pick] ?? 0;
    return (1000 * sum) / (perBatch * SLICE_MS);
  });
  const { n, sd } = moments(means);
  return { value, within: meanInterval(value, sd / Math.sqrt(n), { df: n - 1, level: 0.95 }) };
}

function distributionOf(histogram: Histogram): DistributionSummary | null {
  const { n, min, max, mean, sd } = histogram;
  if (n === 0) return null;
  const half = n < 2 ? 0 : (Z95 * sd) / Math.sqrt(n);
  return {
    n,
    min,
    max,
    mean,
    meanWithin: [mean - half, mean + half],
    percentiles: mapValues(PERCENTILES, (q) => percentileOf(histogram, q)),
  };
}

/** With a distribution-free interval from order statistics (Conover 1999, 3.2), by the normal approximation of ranks. */
function percentileOf(histogram: Histogram, q: number): PercentileSummary | null {
  const { n } = histogram;
  if (n * (1 - q) < 1 - 1e-9) return null;
  const spread = Z95 * Math.sqrt(n * q * (1 - q));
  return {
    value: histogram.quantile(q),
    within: [
      histogram.atRank(Math.max(1, Math.floor(n * q - spread))),
      histogram.atRank(Math.min(n, Math.ceil(n * q + spread) + 1)),
    ],
  };
}

/** Makes one estimate of the values of several repeats, or of a single one's spread within itself. */
function combine(
  values: readonly { readonly value: number; readonly within: readonly [number, number] | null }[],
  withinMethod: string,
): Estimate {
  const [first] = values;
  const { n, mean, sd } = moments(values.map(({ value }) => value));
  if (n > 1) {
    const [lo, hi] = meanInterval(mean, sd / Math.sqrt(n), { df: n - 1, level: 0.95 });
    return { value: mean, n, lo: Math.max(0, lo), hi, method: `t over ${n} repeats` };
  }
  const [lo, hi] = first?.within ?? [0, Infinity];
  return { value: mean, n, lo: Math.max(0, lo), hi, method: first?.within == null ? "one repeat" : withinMethod };
}

/** All repeats of a stage together. */
export function summariseStage(stage: LoadStage, repeats: readonly RepeatSummary[], hasLevel: boolean): StageResult {
  const sum = (of: (repeat: RepeatSummary) => number): number => repeats.reduce((total, each) => total + of(each), 0);
  const outputs = sum(({ counted }) => counted.outputs);
  const prompts = sum(({ counted }) => counted.prompts);
  const completed = sum((repeat) => repeat.completed);
  const failed = sum((repeat) => repeat.failed);
  const rate = (pick: keyof Completions): Estimate =>
    combine(
      repeats.map(({ rates }) => rates[pick]),
      "batch means within one repeat",
    );
  const spread = (pick: keyof Latencies): Distribution | null => distribution(repeats, pick);
  const hasText = sum(({ totals }) => totals.chunks) + outputs > 0;
  return {
    stage,
    repeats: repeats.length,
    seconds: sum(({ seconds }) => seconds),
    requests: {
      sent: completed + failed,
      completed,
      failed,
      unsent: sum(({ outcome }) => outcome.unsent),
      good: hasLevel ? sum(({ good }) => good) : null,
    },
    errors: countErrors(repeats),
    rates: {
      requests: rate("requests"),
      outputTokens: hasText ? rate("outputTokens") : null,
      promptTokens: prompts > 0 ? rate("promptTokens") : null,
      goodput: hasLevel ? rate("good") : null,
    },
    latencies: {
      ttft: spread("ttft"),
      itl: spread("itl"),
      tpot: spread("tpot"),
      e2e: spread("e2e"),
      ttftFromIntended: spread("ttftFromIntended"),
      e2eFromIntended: spread("e2eFromIntended"),
    },
    tokens: {
      prompt: prompts > 0 ? sum(({ totals }) => totals.promptTokens) / prompts : null,
      output: outputs > 0 ? sum(({ totals }) => totals.outputTokens) / outputs : null,
      events: completed > 0 && hasText ? sum(({ totals }) => totals.chunks) / completed : null,
    },
    clientBusy: Math.max(0, ...repeats.map(({ outcome }) => outcome.busy)),
    waitGrowth: growthOf(repeats),
    gpu: gpuOf(repeats),
  };
}

function distribution(repeats: readonly RepeatSummary[], pick: keyof Latencies): Distribution | null {
  const found = repeats.flatMap(({ latencies }) => latencies[pick] ?? []);
  if (found.length === 0) return null;
  const percentile = (name: Percentile): Estimate | null => {
    const values = found.flatMap(({ percentiles }) => percentiles[name] ?? []);
    return values.length < found.length ? null : combine(values, "order statistics within one repeat");
  };
  return {
    n: found.reduce((total, { n }) => total + n, 0),
    min: Math.min(...found.map(({ min }) => min)),
    max: Math.max(...found.map(({ max }) => max)),
    mean: combine(
      found.map(({ mean, meanWithin }) => ({ value: mean, within: meanWithin })),
      "normal within one repeat",
    ),
    percentiles: {
      p50: percentile("p50"),
      p90: percentile("p90"),
      p95: percentile("p95"),
      p99: percentile("p99"),
      "p99.9": percentile("p99.9"),
    },
  };
}

function countErrors(repeats: readonly RepeatSummary[]): StageResult["errors"] {
  const all = new Map<string, { count: number; readonly example: string }>();
  for (const { errors } of repeats) {
    for (const [kind, { count, example }] of errors) {
      const known = all.get(kind);
      if (known === undefined) all.set(kind, { count, example });
      else known.count += count;
    }
  }
  return [...all].map(([kind, rest]) => ({ kind, ...rest })).toSorted((a, b) => b.count - a.count);
}

function growthOf(repeats: readonly RepeatSummary[]): number | null {
  const known = repeats.map(({ waitGrowth }) => waitGrowth).filter(Number.isFinite);
  return known.length === 0 ? null : moments(known).mean;
}

function gpuOf(repeats: readonly RepeatSummary[]): StageGpu | null {
  const found = repeats.flatMap(({ gpu }) => gpu ?? []);
  if (found.length === 0) return null;
  const mean = (pick: "utilization" | "power" | "joulesPerOutputToken"): number | null => {
    const values = found.flatMap((gpu) => gpu[pick] ?? []);
    return values.length === 0 ? null : moments(values).mean;
  };
  const memory = found.flatMap(({ peakMemory }) => peakMemory ?? []);
  return {
    utilization: mean("utilization"),
    power: mean("power"),
    peakMemory: memory.length === 0 ? null : Math.max(...memory),
    joulesPerOutputToken: mean("joulesPerOutputToken"),
    samples: found.reduce((total, { samples }) => total + samples, 0),
  };
}

import type { Estimate } from "../core/estimate.ts";
import type { Extent, LoadStage, ServiceLevel } from "./load-plan.ts";

/** Percentiles that are reported, as names and shares. */
export const PERCENTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, "p99.9": 0.999 } as const;

export type Percentile = keyof typeof PERCENTILES;

/** A distribution of durations in milliseconds over all repeats. */
export interface Distribution {
  /** Values, over all repeats. */
  readonly n: number;
  readonly min: number;
  readonly max: number;
  readonly mean: Estimate;
  /** Null where a repeat has too few values for it: fewer than 1/(1 − q), of which it would only be the largest. */
  readonly percentiles: Readonly<Record<Percentile, Estimate | null>>;
}

/**
 * What a request takes, in milliseconds. `ttft`: from sending to the first event with text. `itl`: gaps between events
 * with text, over all requests. `tpot`: (last − first event) / (output tokens − 1), one value a request. `e2e`: to the
 * answer's end. Null where nothing streamed. Those "FromIntended" count from the time the schedule meant: a server that
 * makes requests wait before they are sent is not let off (coordinated omission); the same as the others where nothing
 * is scheduled, and then null.
 */
export interface StageLatencies {
  readonly ttft: Distribution | null;
  readonly itl: Distribution | null;
  readonly tpot: Distribution | null;
  readonly e2e: Distribution | null;
  readonly ttftFromIntended: Distribution | null;
  readonly e2eFromIntended: Distribution | null;
}

/** Per second, within the measured windows. */
export interface StageRates {
  readonly requests: Estimate;
  readonly outputTokens: Estimate | null;
  readonly promptTokens: Estimate | null;
  /** Requests that met the service level; null without one. */
  readonly goodput: Estimate | null;
}

/** What the GPUs of this machine did meanwhile, for servers on this machine. */
export interface StageGpu {
  /** Percent, mean over the GPUs and samples. */
  readonly utilization: number | null;
  /** Watt, all GPUs together. */
  readonly power: number | null;
  /** MiB on one GPU. */
  readonly peakMemory: number | null;
  readonly joulesPerOutputToken: number | null;
  readonly samples: number;
}

export interface StageResult {
  readonly stage: LoadStage;
  readonly repeats: number;
  /** Seconds of all measured windows together. */
  readonly seconds: number;
  /** Requests sent within the windows. */
  readonly requests: {
    readonly sent: number;
    readonly completed: number;
    readonly failed: number;
    /** Of an open loop: found no free connection until the end; latencies are then lower bounds. */
    readonly unsent: number;
    /** Met the service level; null without one. */
    readonly good: number | null;
  };
  /** Failures by kind, the most frequent first. */
  readonly errors: readonly { readonly kind: string; readonly count: number; readonly example: string }[];
  readonly rates: StageRates;
  readonly latencies: StageLatencies;
  /** Per completed request, as the server counted; null where it does not. */
  readonly tokens: { readonly prompt: number | null; readonly output: number | null; readonly events: number | null };
  /** Largest share of a window in which this client was busy itself, 0..1: near 1 it is what limits the rate. */
  readonly clientBusy: number;
  /**
   * Of an open loop: how much longer a request waits from its schedule to its answer's end for each second that passes,
   * in seconds. Near 0 where the server keeps up. Null where nothing is scheduled.
   */
  readonly waitGrowth: number | null;
  readonly gpu: StageGpu | null;
}

/** Where more load no longer brings more. */
export interface Saturation {
  /** Position among the stages of the last that is worth its load; null where the sweep did not reach saturation. */
  readonly stage: number | null;
  /** In words, with the rule. */
  readonly why: string;
}

export interface LoadResult {
  readonly format: "evalh-bench/1";
  /** ISO 8601. */
  readonly startedAt: string;
  readonly evalh: string;
  readonly target: {
    /** Without credentials. */
    readonly url: string;
    readonly api: "chat" | "completions" | "generate";
    readonly model: string | null;
    readonly streams: boolean;
  };
  readonly prompts: {
    /** "synthetic", or the file or suite they come from. */
    readonly source: string;
    /** Tokens asked for, of synthetic ones. */
    readonly tokens: { readonly lo: number; readonly hi: number } | null;
    readonly maxOutputTokens: number;
  };
  readonly settings: {
    readonly repeats: number;
    readonly warmup: Extent;
    readonly length: Extent;
    readonly seed: number;
    readonly level: ServiceLevel | null;
    /** Seconds. */
    readonly timeout: number;
  };
  readonly stages: readonly StageResult[];
  readonly saturation: Saturation | null;
  /** Position of the stage with the most requests a second that met the service level; null without one. */
  readonly bestGoodput: number | null;
  /** What the reader should know. */
  readonly notes: readonly string[];
  /** True if it was interrupted: the last stage may be cut short. */
  readonly isPartial: boolean;
}

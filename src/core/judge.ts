import type { Completion } from "./completion.ts";
import type { ErrorInfo } from "./errors.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { Sample } from "./sample.ts";
import type { Sufficient } from "./sufficient.ts";

/**
 * The outcome of judging one completion. `stats` are the judge's sufficient statistics for the sample: whatever its
 * metrics need to aggregate, small, and JSON.
 */
export type Score<S extends JsonValue = JsonValue> =
  | { readonly kind: "scored"; readonly stats: S }
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "failed"; readonly error: ErrorInfo };

/** How a metric's values are written: percentages 0..100, plain numbers, or numbers without bounds. */
export type MetricUnit = "percent" | "number";

/** One number that a judge's statistics give. */
export interface Metric<S extends JsonValue = JsonValue> {
  /** Unique within the judge; the judge's own name where it has one metric. Shown as task/metric. */
  readonly name: string;
  readonly higherIsBetter: boolean;
  /** Smallest and largest value possible, in the unit of `value`. */
  readonly range: readonly [number, number];
  readonly unit: MetricUnit;
  /** The score of one sample, for sample browsers, paired tests and trajectories. */
  perSample(stats: S): number;
  /** Packs the statistics of many samples for aggregation and resampling. */
  sufficient(stats: readonly S[]): Sufficient;
}

/** Scores completions. Made by a JudgeModule from the options a suite gives. */
export interface Judge<S extends JsonValue = JsonValue> {
  /** Unique in its task: the module's name unless the suite names it otherwise. */
  readonly name: string;
  /** Changes whenever the same input would give another score. */
  readonly version: string;
  /** What must be cited with the score, for example sacrebleu's signature. */
  readonly signature: string;
  readonly metrics: readonly Metric<S>[];
  score(completion: Completion, sample: Sample): Score<S> | Promise<Score<S>>;
}

/** What a task hands to each judge when it is made. */
export interface JudgeContext {
  /** Options of a choice or classify task that are the same for every sample, in order. */
  readonly choices?: readonly string[];
}

/** One file of judges/: the judge's description and how to make it. */
export interface JudgeModule {
  readonly name: string;
  /** One sentence for `evalh judges` and the guide. */
  readonly summary: string;
  /** Reference implementation with version, or the paper. */
  readonly reference: string;
  /** True if a sample without references cannot be judged. */
  readonly needsReferences: boolean;
  /** JSON schema (draft 2020-12) of the options object. */
  readonly options: JsonObject;
  /** A worked example, shown by `evalh judges NAME` and executed by a test. */
  readonly example: {
    readonly output: string;
    readonly references: readonly string[];
    readonly options?: JsonObject;
    /** For a judge that reads log-probabilities: the sample's choices. */
    readonly choices?: readonly string[];
    /** For such a judge: the natural log-probability of each choice, or of the text if there are no choices. */
    readonly logprobs?: readonly number[];
    /** Metric name to per-sample value. */
    readonly values: Readonly<Record<string, number>>;
  };
  /** Options are already checked against `options`. */
  create(options: JsonObject, context: JudgeContext): Judge;
}

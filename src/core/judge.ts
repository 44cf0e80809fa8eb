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
  /** False where a sample says nothing about this metric: it is then none of its `n`. Without it, all samples count. */
  applies?(stats: S): boolean;
  /**
   * For a metric over the repeats of a sample (pass@k, maj@k): their statistics, in the order of repeats, as one record,
   * to which `applies` and `perSample` are then put. Without it the repeats' scores are averaged.
   */
  combineRepeats?(stats: readonly S[]): S;
  /** True if the number tells of the judging and not of the model (agreement, cost): shown, but never tested. */
  readonly diagnostic?: boolean;
}

/** What a judge's statistics show beyond numbers, for reports to draw. */
export type JudgeFigure = ReliabilityFigure | ConfusionFigure;

/** Confidence against accuracy: a point above the diagonal was less sure than it was right. */
export interface ReliabilityFigure {
  readonly kind: "reliability";
  /** Bins of confidence with samples in them, ascending. Everything but `count` lies in 0..1. */
  readonly bins: readonly {
    readonly lo: number;
    readonly hi: number;
    readonly count: number;
    readonly accuracy: number;
    readonly confidence: number;
  }[];
}

/** How often which label was answered where which was true. */
export interface ConfusionFigure {
  readonly kind: "confusion";
  readonly labels: readonly string[];
  /** True label (row) by answered label (column); one more column counts answers that are none of them. */
  readonly counts: readonly (readonly number[])[];
}

/** Gathers a figure from the statistics of one checkpoint's answers. */
export interface FigureCollector<S extends JsonValue = JsonValue> {
  add(stats: S): void;
  /** Null where there is nothing to draw. */
  finish(): JudgeFigure | null;
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
  score(completion: Completion, sample: Sample, origin?: AnswerOrigin): Score<S> | Promise<Score<S>>;
  /** What makes the sample's output suspect, for example "not_extracted". Shown beside the scores, counted by kind. */
  flags?(stats: S): readonly string[];
  /** What one answer's statistics say beyond its scores, in a few words such as "read as B"; null for nothing. */
  explain?(stats: S): string | null;
  /** Starts a figure of one checkpoint's answers. */
  figure?(): FigureCollector<S>;
}

/** Whose answer is judged, where that is known. */
export interface AnswerOrigin {
  readonly checkpoint: string;
  readonly task: string;
  readonly split: "test" | "validation" | "train";
  /** Which of the sample's answers, from 0. */
  readonly repeat: number;
}

/** One question to a model that judges, asked at temperature 0. */
export interface Question {
  readonly prompt: string;
  /** JSON schema that the reply must follow. Servers that can are made to; the caller must check nevertheless. */
  readonly schema: JsonObject;
  readonly maxTokens: number;
  /** Only replies for which this holds are kept for the next time the same is asked. */
  readonly isUsable: (reply: string) => boolean;
}

/** A model that a judge may ask. The same question is asked once; how many run at a time is bounded. */
export interface Asker {
  /** Rejects with an EvalhError if there is no reply. */
  ask(question: Question): Promise<Completion>;
}

/** What a task hands to each judge when it is made. Everything may be missing: where scores are only read back. */
export interface JudgeContext {
  /** Options of a choice or classify task that are the same for every sample, in order. */
  readonly choices?: readonly string[];
  /** Answers asked for each sample. */
  readonly repeats?: number;
  /** Folder that paths in options are relative to. */
  readonly folder?: string;
  /** Names of the models that `ask` knows. */
  readonly models?: readonly string[];
  /** Starts a model that judges. Rejects with an EvalhError where it cannot. */
  ask?(model: string): Promise<Asker>;
  /** Another checkpoint's answer to the same sample and repeat; null where none is stored (yet). */
  storedAnswer?(checkpoint: string, sampleId: string, origin: AnswerOrigin): Promise<string | null>;
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
    /** For a judge that asks a model: what the model replies, in order. `{nonce}` stands for the question's own. */
    readonly replies?: readonly string[];
    /** For a judge whose verdicts come after the run: what is then kept of the sample. */
    readonly stats?: JsonValue;
    /** Metric name to per-sample value. */
    readonly values: Readonly<Record<string, number>>;
  };
  /** Options are already checked against `options`. */
  create(options: JsonObject, context: JudgeContext): Judge;
}

import type { Checkpoint } from "../core/checkpoint.ts";
import type { Estimate } from "../core/estimate.ts";
import type { ErrorInfo } from "../core/errors.ts";
import type { FinishReason } from "../core/completion.ts";
import type { JudgeFigure, MetricUnit } from "../core/judge.ts";
import type { TrainingPoint } from "../core/series.ts";
import type { Diagnosis } from "../core/verdict.ts";
import type { RunDataCheck } from "./data-check.ts";
import type { Equivalence } from "./equivalence.ts";
import type { GateResult } from "./gate/gate-result.ts";
import type { LoadResult } from "../load/load-result.ts";
import type { Learning } from "./learning.ts";
import type { PeopleView } from "./people.ts";
import type { Robustness } from "./robustness/robustness.ts";
import type { ResourceUse } from "./resources.ts";

/** A paired difference, checkpoint minus base, over the samples that both answered. */
export interface PairedDifference {
  readonly value: number;
  readonly n: number;
  readonly lo: number;
  readonly hi: number;
  /** Two-sided p-value of the test. */
  readonly p: number;
  /** The same after Holm's correction over the whole table. */
  readonly pAdjusted: number;
  /** For example "mcnemar-exact" or "paired-bootstrap (1000, seed 12345)". */
  readonly test: string;
  /** pAdjusted below alpha. */
  readonly significant: boolean;
  /** Samples whose score rose, fell, stayed the same. */
  readonly fixed: number;
  readonly broken: number;
  readonly same: number;
}

/** One metric of one task, a row of the table. */
export interface MetricRow {
  /** "task/metric", unique; rows of other splits are "task@validation/metric", "task@train/metric". */
  readonly key: string;
  readonly task: string;
  readonly split: "test" | "validation" | "train";
  readonly judge: string;
  readonly metric: string;
  readonly signature: string;
  readonly higherIsBetter: boolean;
  readonly range: readonly [number, number];
  readonly unit: MetricUnit;
  /** Smallest difference that this many samples can show with 80 % power at the 5 % level; null where unknown. */
  readonly detectable: number | null;
}

/** One metric of one checkpoint. */
export interface Cell {
  /** Null when no sample was scored. */
  readonly estimate: Estimate | null;
  readonly failed: number;
  readonly skipped: number;
  /** Against the base checkpoint, for variants against their parent; null for the base itself and where nothing pairs. */
  readonly difference: PairedDifference | null;
}

/** The same metrics over the samples that share a metadata value. */
export interface SliceTable {
  readonly task: string;
  /** Column name, for example "rarity". */
  readonly field: string;
  readonly value: string;
  readonly n: number;
  /** Row key → one estimate a checkpoint, in the order of `checkpoints`. */
  readonly estimates: Readonly<Record<string, readonly (Estimate | null)[]>>;
}

/** How often things that make a score suspect happened, per checkpoint × task. */
export interface OutputWarning {
  readonly task: string;
  readonly checkpoint: string;
  /** For example "truncated", "empty", "repeats". */
  readonly kind: string;
  readonly count: number;
  readonly of: number;
}

/** A picture of a task's answers, one a checkpoint: what its judges' numbers are made of. */
export interface TaskFigure {
  readonly task: string;
  readonly kind: JudgeFigure["kind"];
  /** The judge whose statistics it shows. */
  readonly judge: string;
  /** In the order of `checkpoints`; null where a checkpoint has no answers. */
  readonly figures: readonly (JudgeFigure | null)[];
}

/** Which checkpoint to ship and why. */
export interface ShipChoice {
  readonly checkpoint: string;
  readonly step: number | null;
  /** Row key of the metric that decided. */
  readonly metric: string;
  /** Checkpoints that cannot be told from it on that metric (paired, Holm), the chosen one included. */
  readonly equivalent: readonly string[];
  readonly reasons: readonly string[];
}

/** The outcome of a comparison, for exit codes and first lines. */
export type Verdict =
  | { readonly kind: "pass" }
  | { readonly kind: "overfit"; readonly since: { readonly lo: number; readonly hi: number } }
  | { readonly kind: "diverged"; readonly since: { readonly lo: number; readonly hi: number } | null }
  | { readonly kind: "regressed"; readonly gates: readonly string[] }
  | { readonly kind: "inconclusive"; readonly why: string };

export interface Training {
  readonly format: string;
  readonly points: readonly TrainingPoint[];
  readonly diagnosis: Diagnosis;
  readonly warnings: readonly string[];
}

/** Everything known about one run's checkpoints side by side. Small: samples are read through SampleSource. */
export interface Comparison {
  readonly suite: { readonly name: string; readonly version: number; readonly digest: string };
  readonly run: {
    readonly id: string;
    readonly folder: string;
    readonly startedAt: string;
    readonly state: "complete" | "interrupted" | "incomplete" | "running";
    readonly evalh: string;
    readonly host: string;
    readonly backends: readonly string[];
    readonly seed: number;
    readonly seconds: number;
  };
  /** Series first by step, then variants, grouped by model. */
  readonly checkpoints: readonly Checkpoint[];
  /** Id of the checkpoint that differences are taken against: the one to ship unless the user named another. */
  readonly base: string;
  readonly rows: readonly MetricRow[];
  /** Row key → one cell a checkpoint, in the order of `checkpoints`. */
  readonly cells: Readonly<Record<string, readonly Cell[]>>;
  readonly slices: readonly SliceTable[];
  readonly warnings: readonly OutputWarning[];
  readonly training: Training | null;
  readonly ship: ShipChoice | null;
  /** Every variant beside its parent, or the two of a pair: whether they answer alike, and how fast. */
  readonly equivalence: readonly Equivalence[];
  /** What became of the suite's gates, in their order. */
  readonly gates: readonly GateResult[];
  readonly verdict: Verdict;
  /** The verdict in a few sentences of plain language; the first is the headline. */
  readonly summary: readonly string[];
  /** Trajectories of samples, forgetting, memorisation, and diagnoses in words. */
  readonly learning: Learning;
  /** Checks of data that were kept with the run. */
  readonly dataChecks: readonly RunDataCheck[];
  /** How the scores hold when samples are written otherwise; null where none was perturbed. */
  readonly robustness: Robustness | null;
  /** What the GPUs did; null where none was looked at. */
  readonly resources: ResourceUse | null;
  /** At most one of a kind for each task. */
  readonly figures: readonly TaskFigure[];
  /** What people said of the run's answers, a sheet each, the oldest first. */
  readonly people: readonly PeopleView[];
  /** How fast the served model answers under load, as `evalh bench` measured and kept it; the newest last. */
  readonly load: readonly LoadResult[];
  readonly alpha: number;
}

/** One checkpoint's answer to one sample. */
export interface SampleOutput {
  readonly text: string;
  readonly finish: FinishReason;
  readonly tokens: number | null;
  readonly ms: number | null;
  readonly error: ErrorInfo | null;
  /** What judges read in it, what is odd about it, what could not be judged: in words. */
  readonly notes?: readonly string[];
  /** Metric key within the task (without "task/") → per-sample score; null where skipped or failed. */
  readonly scores: Readonly<Record<string, number | null>>;
}

/** One sample with every checkpoint's answer. */
export interface SampleView {
  readonly task: string;
  readonly id: string;
  /** Position in the dataset from 0. */
  readonly ordinal: number;
  readonly prompt: string;
  readonly references: readonly string[];
  readonly slices: Readonly<Record<string, string>>;
  /** One entry a checkpoint, in the comparison's order; null where the checkpoint did not run this sample. */
  readonly outputs: readonly (SampleOutput | null)[];
}

/** Streams the samples of a run in dataset order, task by task, without holding them all. */
export interface SampleSource {
  samples(): AsyncIterable<SampleView>;
}

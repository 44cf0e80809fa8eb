import type { Comparison, MetricRow } from "../../compare/comparison.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Estimate } from "../../core/estimate.ts";
import type { HumanStats } from "../../human/stats/index.ts";
import type { TrainingPoint } from "../../core/series.ts";
import type { Diagnosis } from "../../core/verdict.ts";
import type { RunState } from "../../run/store/records.ts";

/** Everything that the screens show of a run at one moment. Never changed; a new one is made ten times a second at most. */
export interface Snapshot {
  readonly suite: string;
  readonly runId: string;
  /** Absolute. */
  readonly folder: string;
  readonly state: RunState;
  /** In the order of the comparison. */
  readonly checkpoints: readonly CheckpointState[];
  /** Metrics of the test split. */
  readonly rows: readonly MetricFacts[];
  /** Row key → one estimate a checkpoint, as far as there are answers. */
  readonly scores: Readonly<Record<string, readonly (Estimate | null)[]>>;
  readonly pace: Pace;
  /** Empty where the machine has none that tells. */
  readonly gpus: readonly GpuState[];
  /** Sheets that people judge; empty where there are none. */
  readonly people: readonly SheetProgress[];
  readonly training: readonly TrainingPoint[];
  readonly diagnosis: Diagnosis | null;
  /** What happened, the newest last. */
  readonly notes: readonly Note[];
  /** Null until one is made. */
  readonly comparison: Comparison | null;
  /** What is being read or computed at present, in words; null for nothing. */
  readonly busy: string | null;
}

export interface CheckpointState {
  readonly checkpoint: Checkpoint;
  readonly state: "waiting" | "running" | "done" | "failed";
  /** Answers stored, of all splits; failed ones are not among them. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

export type MetricFacts = Pick<MetricRow, "key" | "task" | "higherIsBetter" | "range" | "unit">;

/** How fast answers come. Rates are of the last seconds; null where nothing came yet. */
export interface Pace {
  readonly samplesPerSecond: number | null;
  readonly tokensPerSecond: number | null;
  readonly secondsLeft: number | null;
  /** Samples per second over the last minutes, the newest last. */
  readonly history: readonly number[];
  /** Milliseconds an answer took, the last few hundred; null where backends do not say. */
  readonly p50: number | null;
  readonly p95: number | null;
}

/** How far people are with one sheet, and what they said so far. */
export interface SheetProgress {
  /** Of each rater, repeats and items with known answers among them. */
  readonly items: number;
  readonly raters: readonly { readonly rater: string; readonly answers: number }[];
  readonly result: HumanStats;
}

/** The last that was heard of a GPU, null where it does not tell. */
export interface GpuState {
  readonly gpu: number;
  readonly name: string | null;
  /** Percent of the time in which any kernel ran; the last two minutes, the newest last. */
  readonly utilization: readonly (number | null)[];
  /** MiB. */
  readonly memoryUsed: number | null;
  readonly memoryTotal: number | null;
  /** Watt. */
  readonly power: number | null;
  readonly powerLimit: number | null;
  /** Degrees Celsius. */
  readonly temperature: number | null;
}

export interface Note {
  readonly kind: "info" | "warning" | "error";
  /** ISO time; empty where it has none. */
  readonly at: string;
  readonly text: string;
}

export interface Totals {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

export function totalsOf({ checkpoints }: Snapshot): Totals {
  let done = 0;
  let total = 0;
  let failed = 0;
  for (const each of checkpoints) {
    done += each.done;
    total += each.total;
    failed += each.failed;
  }
  return { done, total, failed };
}

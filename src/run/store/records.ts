import type { GenerateOptions } from "../../core/backend.ts";
import type { FinishReason } from "../../core/completion.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { ErrorInfo } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import type { DatasetRevision } from "../../dataset/revision.ts";
import type { Gate } from "../../suite/suite.ts";

/**
 * "test" results are reported; "validation" results only choose the checkpoint to ship; "train" results, on samples that
 * the model learned from, show by their distance from "test" what was learned by heart.
 */
export type Split = "test" | "validation" | "train";

/** A line of items/<task>.<split>.jsonl: one sample, ready to be asked. */
export interface ItemRecord {
  /** Position from 0; with the task and split it is the sample's key in the run. */
  readonly i: number;
  readonly id: string;
  readonly prompt: string;
  readonly references: readonly string[];
  readonly columns: JsonObject;
  /** The sample's own choices; where all samples have the same, they stand in run.json. */
  readonly choices?: readonly string[];
  /** Of a perturbed sample: how it is asked the second time and later. */
  readonly versions?: readonly Pick<ItemRecord, "prompt" | "references" | "choices">[];
}

/** A line of samples/<checkpoint>.jsonl: one answer of one checkpoint and what the judges made of it. */
export interface SampleRecord {
  readonly task: string;
  readonly split: Split;
  readonly i: number;
  readonly id: string;
  readonly repeat: number;
  readonly output: string;
  readonly finish: FinishReason;
  /** Prompt and completion tokens. */
  readonly tokens?: readonly [number, number];
  readonly ms?: number;
  /** Log-probability, tokens and greedy flag (0 or 1) a choice. */
  readonly choices?: readonly (readonly [number, number, (0 | 1)?])[];
  readonly logprobs?: readonly number[];
  /** Present instead of an output when there is none. A resumed run asks again. */
  readonly error?: ErrorInfo;
  /** Judge → its sufficient statistics for this sample. */
  readonly scores: Readonly<Record<string, JsonValue>>;
  /** What makes the output suspect, for example "truncated" or "repeats". */
  readonly warnings?: readonly string[];
  /** Judge → why there are none. */
  readonly unscored?: Readonly<Record<string, { readonly kind: "skipped" | "failed"; readonly reason: string }>>;
}

/** What run.json says of a task's split. */
export interface UnitInfo {
  readonly task: string;
  readonly split: Split;
  readonly kind: string;
  /** Samples. */
  readonly n: number;
  readonly repeats: number;
  /** sha256 over the items, in order: what was asked. */
  readonly digest: string;
  /** Samples that ask what one before them asks. */
  readonly repeated?: number;
  readonly slices: readonly string[];
  readonly choices: readonly string[] | null;
  /** How text is generated, and whether a choice is written; absent in runs of before they were kept. */
  readonly generate?: GenerateOptions;
  readonly scoring?: "logprob" | "generate";
  readonly judges: readonly JudgeInfo[];
  /** Set for a task that is another one in a perturbed form. */
  readonly perturbation?: PerturbationInfo;
  /** The version of the dataset; runs of before it was recorded have none. */
  readonly dataset?: DatasetRevision;
}

/** What run.json says of how a task's samples were perturbed. */
export interface PerturbationInfo {
  /** Name of the clean task. Its samples have the same ordinals. */
  readonly of: string;
  /** Unique among the task's perturbations. */
  readonly name: string;
  /** Key of the map of perturbations, or "prompts". */
  readonly module: string;
  readonly options: JsonObject;
  /** How many of the n × repeats versions are asked otherwise than the clean sample. */
  readonly changed: number;
}

export interface JudgeInfo {
  readonly name: string;
  readonly module: string;
  readonly options: JsonObject;
  readonly version: string;
  readonly signature: string;
}

/** One start of the run: a run that was resumed has several. */
export interface Attempt {
  readonly startedAt: string;
  readonly evalh: string;
  readonly node: string;
  readonly host: string;
  readonly pid: number;
  /** Processor, memory and system; absent in runs of before it was recorded. */
  readonly machine?: string;
  /** Calls at a time that were asked for; null where they were found out, absent where it was not recorded. */
  readonly concurrency?: number | null;
  /** Filled in when the attempt ends in an orderly way. */
  readonly seconds?: number;
  readonly state?: RunState;
}

export type RunState = "running" | "complete" | "interrupted" | "incomplete";

/**
 * A run that draws its samples in a random order until its gates are decided. It looks at the gates after a share of
 * all samples, then after twice as many, and so on; the last look is at all of them.
 */
export interface Drawing {
  /** Looks in all, at least 1. */
  readonly looks: number;
  /** Looks that are over. */
  readonly done: number;
}

/** run.json: everything needed to read the rest of the folder. */
export interface RunManifest {
  readonly format: "evalh-run/1";
  readonly id: string;
  readonly state: RunState;
  readonly suite: {
    readonly name: string;
    readonly version: number;
    readonly digest: string;
    readonly file: string;
    readonly text: string;
  };
  /** Decides which work this is: a resumed run must have the same. */
  readonly planDigest: string;
  readonly seed: number;
  readonly alpha: number;
  readonly shipMetric: string | null;
  /** The suite's gates; runs of before they were kept have none. */
  readonly gates?: readonly Gate[];
  /** Present in a run that asks samples in random order until its gates are decided. */
  readonly drawing?: Drawing;
  readonly checkpoints: readonly Checkpoint[];
  readonly units: readonly UnitInfo[];
  /** Checkpoint id → backend name and version; filled in as they are started. */
  readonly backends: Readonly<Record<string, string>>;
  /** Checkpoint id → why it could not be evaluated. */
  readonly failures: Readonly<Record<string, ErrorInfo>>;
  readonly trainingFormat: string | null;
  readonly trainingWarnings: readonly string[];
  readonly attempts: readonly Attempt[];
}

/** True if a checked line is a sample's: the checksum already vouches for the members it does not look at. */
export function isSampleRecord(record: unknown): record is SampleRecord {
  return (
    isJsonObject(record) &&
    typeof record["task"] === "string" &&
    typeof record["i"] === "number" &&
    typeof record["repeat"] === "number"
  );
}

import type { GenerateOptions } from "../core/backend.ts";
import type { Place } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { DatasetSpec } from "../dataset/spec.ts";
import type { SuiteTraining } from "./training.ts";

/**
 * What a task asks. "generate": text; "choice": which of the task's choices is likeliest (or, with `scoring: generate`,
 * which one the model writes); "loglikelihood": how likely the references are; "perplexity": how likely the prompt is;
 * "classify": like "choice", for a model with labels.
 */
export type TaskKind = "generate" | "choice" | "loglikelihood" | "perplexity" | "classify";

/** A Jinja template and where the suite has it. */
export interface Template {
  readonly text: string;
  readonly place: Place;
}

/** A task's samples. Paths are absolute. */
export interface TaskDataset extends DatasetSpec {
  /**
   * Path of the samples on which the checkpoint to ship is chosen, read with the same options; the score on the
   * dataset itself is then not the luckiest of many.
   */
  readonly validation?: string;
  /** Path of samples that the model learned from, read with the same options: some are asked too, see `datasetOf`. */
  readonly train?: string;
}

/** Worked examples before the prompt. */
export interface FewShot {
  readonly count: number;
  readonly dataset: DatasetSpec;
  /** Decides which rows are taken; the same ones for every sample. */
  readonly seed: number;
  /** Between two examples, and between the last and the prompt. */
  readonly separator: string;
  /** Before the first example, as it is. */
  readonly description: string;
}

/** A judge as a task names it. */
interface JudgeSpec {
  /** Key of the map of judges. */
  readonly module: string;
  /** Name under which its scores are shown; unique in the task. */
  readonly name: string;
  /** Checked against the module's schema. */
  readonly options: JsonObject;
}

/** Another form in which a task's samples are asked besides the clean one. */
export interface PerturbSpec {
  /** Unique in the task; its scores are shown under it. */
  readonly name: string;
  /** Key of the map of perturbations, or "prompts". */
  readonly module: string;
  /** Checked against the module's schema. */
  readonly options: JsonObject;
  /** Columns that are changed; null for those that the prompt shows. */
  readonly columns: readonly string[] | null;
  /** Versions of each sample. */
  readonly repeats: number;
  /** For "prompts": the prompt in place of the task's. */
  readonly template: Template | null;
}

export interface Task {
  /** Unique in the suite. */
  readonly name: string;
  readonly description: string | null;
  readonly kind: TaskKind;
  readonly dataset: TaskDataset;
  readonly prompt: Template;
  /** Each gives one accepted answer, or several where it is a single expression whose value is a list. */
  readonly references: readonly Template[];
  /** The options of a choice or classify task, in order; null for the other kinds, and where each sample has its own. */
  readonly choices: readonly string[] | null;
  /** A single expression whose value is the list of a sample's own options. */
  readonly choiceList: Template | null;
  /** How a choice is made: by log-probability or by the text the model writes. */
  readonly scoring: "logprob" | "generate";
  /** Between the prompt and an answer when an answer's likelihood is asked, and in few-shot examples. */
  readonly targetDelimiter: string;
  readonly fewShot: FewShot | null;
  readonly generate: GenerateOptions;
  /** Answers asked for each sample. */
  readonly repeats: number;
  readonly judges: readonly JudgeSpec[];
  /** Columns by whose values every score is also reported. */
  readonly slices: readonly string[];
  readonly perturb: readonly PerturbSpec[];
  /** Set for a task that is another one in a perturbed form; a suite's own tasks have none. */
  readonly perturbation?: PerturbSpec & { readonly of: string };
}

/**
 * Where checkpoints come from: a folder to look into, one checkpoint with what is known about it, or a LoRA adapter (or
 * the base) of the model's server.
 */
export type CheckpointSource =
  | {
      readonly kind: "served";
      readonly modelName: string;
      /** Folder as the server sees it; null for one that it has loaded. */
      readonly adapter: string | null;
      readonly name: string | null;
      readonly step: number | null;
      readonly epoch: number | null;
      readonly place: Place;
    }
  | { readonly kind: "folder"; readonly path: string; readonly place: Place }
  | {
      readonly kind: "checkpoint";
      readonly path: string;
      readonly name: string | null;
      readonly step: number | null;
      readonly epoch: number | null;
      readonly place: Place;
    };

/** A quantised, pruned or otherwise derived checkpoint, or a folder of such. */
export interface VariantSource {
  readonly path: string;
  readonly name: string | null;
  /** Folder name of the checkpoint it was made from, for example "checkpoint-441". */
  readonly parent: string | null;
  /** For example "int8". */
  readonly label: string | null;
  /** What runs it, with its options; null for the model's own. */
  readonly runner: { readonly backend: string; readonly options: JsonObject } | null;
  readonly place: Place;
}

export interface Model {
  /** Unique in the suite. */
  readonly name: string;
  /** Key of the map of backends. */
  readonly backend: string;
  /** Empty for a served model without adapters. */
  readonly checkpoints: readonly CheckpointSource[];
  readonly variants: readonly VariantSource[];
  /** Absolute path of the suite's folder, below which files lie that prompts name. */
  readonly folder: string;
  /** Absolute path of the model that adapters belong to; null where it is not given. */
  readonly base: string | null;
  /** Base URL of a served model. */
  readonly url: string | null;
  /** Name by which the server knows the model. */
  readonly modelName: string | null;
  /** Checked against the backend's schema. */
  readonly options: JsonObject;
}

/** Which answers people are asked to judge, and how. */
export interface Human {
  /** Number of items to draw. */
  readonly sample: number;
  /** Columns whose values are all to be seen. */
  readonly stratify: readonly string[];
  readonly form: "pairwise" | "choice" | "rating" | "correct";
  /** Tasks to draw from. */
  readonly tasks: readonly string[];
  /** Share of items shown a second time (pairs with their sides swapped), 0..0.5. */
  readonly repeat: number;
  /** Draw at least so many of each slice. */
  readonly atLeast: number;
  /** Look more closely at samples on which checkpoints disagree. */
  readonly preferDisagreement: boolean;
  /** Absolute path of a JSON Lines file of items with a known answer. */
  readonly gold: string | null;
  /** What raters are told; a text of ours where null. */
  readonly guidelines: string | null;
}

/**
 * A condition on a metric. "regression" fails on a significant drop of more than `maxDrop` below the baseline;
 * "noninferior" passes only if the interval of the difference lies above −`maxDrop`; "threshold" bounds the value itself
 * (or, for the metric "overfit", fails on that verdict).
 */
export interface Gate {
  /** "task/metric", or one of `gateMetrics`, alone or (those of `taskGateMetrics`) as "task/failure_rate". */
  readonly metric: string;
  readonly mode: "regression" | "noninferior" | "threshold";
  /** How much worse is let pass: in the metric's own unit, or in percent where `relative`. 0 or more. */
  readonly maxDrop: number;
  readonly relative?: true;
  /** For what was measured: compares runs of other machines, backends or loads, too. */
  readonly allowDifferent?: true;
  readonly min: number | null;
  readonly max: number | null;
  readonly severity: "error" | "warn";
  /** With fewer scored samples the gate is inconclusive. */
  readonly minN: number;
  readonly alpha: number;
  /** Only the samples with this value. */
  readonly slice: { readonly field: string; readonly value: string } | null;
  /** Look at the scores under this perturbation; drops are then from the clean scores of the same checkpoint. */
  readonly perturbation?: string;
  readonly place: Place;
}

/** The metric of what people say, in tasks that `human` draws from: "task/human". */
export const HUMAN_METRIC = "human";

/**
 * Gate metrics that no judge gives: "overfit", the verdict on the training curve; "failure_rate", the share of samples
 * without a completion, 0..1; "latency" and "latency_p95", the median and the 95th percentile of what an answer took,
 * milliseconds; "memory", the most used on one GPU, MiB; "energy", joules a generated token.
 */
export const gateMetrics = ["overfit", "failure_rate", "latency", "latency_p95", "memory", "energy"] as const;

/** Of those the ones that single tasks and slices have too. */
export const taskGateMetrics = ["failure_rate", "latency", "latency_p95"] as const;

/** True for a gate metric that is measured while answers are made: a time, a memory, an energy; less is better. */
export function isMeasured(metric: string): boolean {
  return /(^|\/)latency(_p95)?$/u.test(metric) || metric === "memory" || metric === "energy";
}

/** True for "failure_rate" and a task's. */
export function isFailureRate(metric: string): boolean {
  return /(^|\/)failure_rate$/u.test(metric);
}

/** A suite as it was loaded: checked, defaults filled in, paths absolute. */
export interface Suite {
  readonly name: string;
  readonly version: number;
  readonly description: string | null;
  /** Absolute path. */
  readonly file: string;
  /** Absolute path of the folder that the suite's paths are relative to. */
  readonly folder: string;
  /** sha256 over the canonical form of everything below, with relative paths: the same on every machine. */
  readonly digest: string;
  /** The file as it was read. */
  readonly text: string;
  readonly seed: number;
  /** Level of significance for tests and gates, 0..1. */
  readonly alpha: number;
  /** At least one. */
  readonly tasks: readonly Task[];
  /** At least one. */
  readonly models: readonly Model[];
  /** Models that judges ask; they are not evaluated. */
  readonly judgeModels: readonly Model[];
  readonly training: SuiteTraining | null;
  /** Metric that chooses the checkpoint to ship, as "task/metric". */
  readonly ship: { readonly metric: string } | null;
  readonly human: Human | null;
  readonly gates: readonly Gate[];
}

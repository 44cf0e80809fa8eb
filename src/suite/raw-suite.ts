import type { JsonObject } from "../core/json.ts";
import type { DatasetFormat, WhereValue } from "../dataset/spec.ts";
import type { Gate, Human, Task, TaskKind } from "./suite.ts";
import type { Launcher, TrainerSpec } from "../training/trainer/spec.ts";

/** A suite as it is written, once the schema has accepted it. */
export interface RawSuite {
  readonly suite: string;
  readonly version: number;
  readonly description?: string;
  readonly seed?: number;
  readonly alpha?: number;
  readonly tasks: readonly RawTask[];
  readonly models: readonly RawModel[];
  readonly judge_models?: readonly RawModel[];
  readonly training?: RawTraining;
  readonly ship?: { readonly metric: string };
  readonly human?: RawHuman;
  readonly gates?: readonly RawGate[];
}

export interface RawDataset {
  readonly path: string;
  readonly format?: DatasetFormat;
  readonly revision?: string;
  readonly id?: string;
  readonly limit?: number;
  readonly sample?: { readonly n: number; readonly seed?: number };
  readonly where?: Readonly<Record<string, WhereValue | readonly WhereValue[]>>;
  readonly validation?: string;
  readonly train?: string;
}

export interface RawTrainingData {
  readonly train: string | RawDataset;
  readonly validation?: string | RawDataset;
  readonly prompt?: string;
  readonly target?: string;
  readonly target_delimiter?: string;
}

export interface RawTraining {
  readonly log?: string;
  readonly data?: string | RawTrainingData;
  readonly output?: string;
  readonly trainer?: TrainerSpec["kind"];
  readonly env?: Readonly<Record<string, string>>;
  readonly base_model?: string;
  readonly launcher?: Launcher["name"] | (Partial<Launcher> & Pick<Launcher, "name">);
  readonly arguments?: JsonObject;
  readonly lora?: JsonObject;
  readonly quantization?: 4 | 8;
  readonly early_stopping?: { readonly patience?: number; readonly threshold?: number };
  readonly max_length?: number;
  readonly loss_on?: "target" | "all";
  readonly save_initial?: boolean;
  readonly command?: readonly string[];
  readonly resume?: readonly string[];
  readonly cwd?: string;
  readonly stop_file?: string;
  readonly stop_signal?: "SIGINT" | "SIGTERM" | "SIGUSR1";
}

export interface RawTask {
  readonly task: string;
  readonly description?: string;
  readonly kind?: TaskKind;
  readonly dataset: string | RawDataset;
  readonly prompt: string;
  readonly references?: string | readonly string[];
  readonly choices?: string | readonly string[];
  readonly scoring?: Task["scoring"];
  readonly target_delimiter?: string;
  readonly few_shot?: {
    readonly count: number;
    readonly dataset: string | RawDataset;
    readonly seed?: number;
    readonly separator?: string;
    readonly description?: string;
  };
  readonly generate?: {
    readonly max_tokens?: number;
    readonly temperature?: number;
    readonly top_p?: number;
    readonly top_k?: number;
    readonly stop?: string | readonly string[];
    readonly logprobs?: boolean;
  };
  readonly repeats?: number;
  readonly judges: readonly (string | JsonObject)[];
  readonly slices?: readonly string[];
  readonly perturb?: readonly (string | JsonObject)[];
}

export interface RawCheckpoint {
  /** Of a folder's entry. */
  readonly path?: string;
  /** Of a server's entry. */
  readonly model_name?: string;
  readonly adapter?: string;
  readonly name?: string;
  readonly step?: number;
  readonly epoch?: number;
}

export interface RawVariant {
  readonly path: string;
  readonly name?: string;
  readonly parent?: string;
  readonly label?: string;
  readonly backend?: string;
  readonly options?: JsonObject;
}

export interface RawModel {
  readonly model: string;
  readonly backend: string;
  readonly checkpoints?: string | readonly (string | RawCheckpoint)[];
  readonly variants?: string | readonly (string | RawVariant)[];
  readonly base?: string;
  readonly url?: string;
  readonly model_name?: string;
  readonly options?: JsonObject;
}

export interface RawHuman {
  readonly sample: number;
  readonly stratify?: readonly string[];
  readonly form?: Human["form"];
  readonly tasks?: readonly string[];
  readonly repeat?: number;
  readonly at_least?: number;
  readonly prefer?: "disagreement";
  readonly gold?: string;
  readonly guidelines?: string;
}

export interface RawGate {
  readonly metric: string;
  readonly mode?: Gate["mode"];
  /** A number, or percent: "10%". */
  readonly max_drop?: number | string;
  readonly allow_different?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly severity?: Gate["severity"];
  readonly min_n?: number;
  readonly alpha?: number;
  readonly slice?: string;
  readonly perturbation?: string;
}

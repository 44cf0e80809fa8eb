import type { Completion, ContinuationScore } from "./completion.ts";
import type { JsonObject } from "./json.ts";

/** Decoding settings of a task. Greedy when temperature is 0. */
export interface GenerateOptions {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  /** Output ends before the first of these; they are not part of it. */
  readonly stop: readonly string[];
  /** Ask for the log-probability of every generated token. */
  readonly logprobs: boolean;
  /** JSON schema the output is made to follow by backends that can; the others ignore it. */
  readonly schema?: JsonObject;
}

export interface GenerateRequest {
  /** The caller's handle, returned with the result. */
  readonly index: number;
  readonly prompt: string;
  /** 32-bit seed for sampling; derived from plan, sample and repeat, never from order. */
  readonly seed: number;
}

export interface LikelihoodRequest {
  readonly index: number;
  readonly context: string;
  /** One or more continuations of the same context; backends reuse the context's computation. */
  readonly continuations: readonly string[];
}

/** A result of one request: a completion, or why there is none. One request's failure does not end its batch. */
export type Outcome<T> =
  | { readonly index: number; readonly kind: "done"; readonly value: T }
  | {
      readonly index: number;
      readonly kind: "failed";
      readonly error: { readonly code: string; readonly message: string };
    };

export interface BackendCapabilities {
  readonly generate: boolean;
  readonly loglikelihood: boolean;
  /** Where there are no log-likelihoods: why. */
  readonly whyNoLikelihood?: string;
}

/**
 * Turns prompts into completions. `generate` and `loglikelihood` answer every request exactly once, in any order, and
 * throw only when the backend as a whole cannot go on (wrong key, endpoint gone, corrupt weights).
 */
export interface Backend extends AsyncDisposable {
  readonly name: string;
  /** Of the backend and what it runs on, for example "onnxruntime-node 1.30.0 cpu". Part of cache keys. */
  readonly version: string;
  /** What a server tells of the weights that it serves; absent where files tell, or nothing does. Part of cache keys. */
  readonly weights?: string;
  readonly capabilities: BackendCapabilities;
  /** What is known of a server, for people: names and values. */
  readonly facts?: readonly (readonly [string, string])[];
  /** True if more than the weights and the prompt decides an answer, such as an image that a prompt names. Not cached. */
  readonly isOpaque?: boolean;
  /** Requests a call likes best. Batches are formed by the plan, so that results do not depend on scheduling. */
  readonly batchSize: number;
  /** Calls that may run at the same time. */
  readonly concurrency: number;
  /** True if a sample's repeats are best asked for in one call: batches then hold all of them. */
  readonly asksRepeatsAtOnce?: boolean;
  /** Length used to sort requests within a window, so that a batch pads little: tokens, or characters. */
  lengthOf(prompt: string): number;
  generate(
    requests: readonly GenerateRequest[],
    options: GenerateOptions,
    signal: AbortSignal,
  ): AsyncIterable<Outcome<Completion>>;
  loglikelihood(
    requests: readonly LikelihoodRequest[],
    signal: AbortSignal,
  ): AsyncIterable<Outcome<readonly ContinuationScore[]>>;
}

/** What a backend tells while it starts and works: that it waits, or what the user should know. */
export interface BackendNotice {
  /** "waiting" replaces what was said before; "warning" stays. */
  readonly kind: "waiting" | "warning";
  readonly message: string;
}

/** Holds one large thing from one checkpoint to the next, such as the base model under a series of adapters. */
export interface Keep extends AsyncDisposable {
  /** What the key names, opened if it is not held; whatever another key named is closed first. */
  take<T extends AsyncDisposable>(key: string, open: () => Promise<T>): Promise<T>;
  /** Closes what is held, when it has broken. */
  drop(): Promise<void>;
}

/** What a backend is told of the checkpoint it serves. */
export interface BackendTarget {
  /** Absolute path of the checkpoint, or base URL of the server. */
  readonly path: string;
  /** Absolute path of the suite's folder, for files that prompts name. */
  readonly folder?: string;
  /** Absolute path of the model that the checkpoint, an adapter, belongs to. */
  readonly base?: string;
  /** What the checkpoints of a run may share. Without it, a backend opens and closes everything itself. */
  readonly keep?: Keep;
  /** Model name a server knows it by. */
  readonly modelName?: string;
  /** Backend options of the suite's model entry, checked against the module's schema. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Value of the environment variable of that name, for options that name one. Backends never read the environment. */
  readonly secret?: (name: string) => string | undefined;
  /** Folder of the LoRA adapter that the server is to answer with, as the server sees it. */
  readonly adapter?: string;
  /** True if the user, not the suite, has allowed programs that the suite names to be run. */
  readonly allowCommands?: boolean;
  /** Calls at a time, where the user has said so. */
  readonly concurrency?: number;
  /** Seconds to wait for a server that is not there yet, where the user has said so. */
  readonly readyTimeout?: number;
  readonly onNotice?: (notice: BackendNotice) => void;
}

/** One file of src/backend/. */
export interface BackendModule {
  readonly name: string;
  readonly summary: string;
  /** "folder": checkpoints are paths on disk; "url": a model is served somewhere. */
  readonly target: "folder" | "url";
  /** True if more than the checkpoint's files decides the answers, such as a program of the user's. Not cached then. */
  readonly isOpaque?: boolean;
  /** JSON schema of the options object. */
  readonly options: { readonly [key: string]: unknown };
  /** For served models: whether one server answers for several LoRA adapters. */
  readonly servesAdapters?: boolean;
  /** Why, with these options, log-likelihoods cannot be had; null if they may. Known before anything is asked. */
  whyNoLikelihood?(options: BackendTarget["options"]): { readonly reason: string; readonly hint: string } | null;
  create(target: BackendTarget, signal: AbortSignal): Promise<Backend>;
}

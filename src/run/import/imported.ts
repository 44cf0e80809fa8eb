import type { FinishReason } from "../../core/completion.ts";
import type { ErrorInfo } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";

/** The results of one model by another program, as far as a run can hold them. */
export interface Imported {
  /** For example "lm_eval". */
  readonly program: string;
  readonly programVersion: string;
  /** The model as that program names it. */
  readonly model: string;
  /** Absolute path of the file that was read. */
  readonly file: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly tasks: readonly ImportedTask[];
  /** What was left out and why. */
  readonly warnings: readonly string[];
}

export interface ImportedTask {
  readonly name: string;
  readonly kind: "generate" | "choice";
  /** Changes with how that program scores the task; empty where it does not say. */
  readonly version: string;
  /** Score name → true if more is better; names not in it are taken to be so. */
  readonly higherIsBetter: Readonly<Record<string, boolean>>;
  readonly samples: readonly ImportedSample[];
}

export interface ImportedSample {
  readonly id: string;
  readonly prompt: string;
  readonly references: readonly string[];
  readonly columns: JsonObject;
  /** One a repeat, in their order. */
  readonly answers: readonly ImportedAnswer[];
}

export interface ImportedAnswer {
  readonly output: string;
  readonly finish: FinishReason;
  /** Score name → number. */
  readonly scores: Readonly<Record<string, number>>;
  readonly tokens?: readonly [number, number];
  readonly ms?: number;
  /** Present instead of an output. */
  readonly error?: ErrorInfo;
}

/** One file of this folder: what reads the results of one program. */
export interface ResultReader {
  /** Program's name, for people. */
  readonly name: string;
  /** True for a file that looks like the program's, from its name and its content. */
  recognises(file: ResultFile): boolean;
  /** @throws EvalhError E_DATASET with the place if the file is not what it looks like */
  read(file: ResultFile): Promise<Imported[]>;
}

/** A file with its content, parsed where it is JSON. */
export interface ResultFile {
  /** Absolute. */
  readonly path: string;
  /** Undefined for an archive, which the reader opens itself. */
  readonly json: unknown;
}

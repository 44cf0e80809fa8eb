import type { Checkpoint } from "../../core/checkpoint.ts";
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
  /** Where the model stands in a training; told from its name where it is missing. */
  readonly checkpoint?: ImportedCheckpoint;
  /** True where the program asked this checkpoint only some of the tasks, so that none is missing. */
  readonly isPart?: boolean;
  /** The log of the training, a file. */
  readonly trainingLog?: string;
  /** What was left out and why. */
  readonly warnings: readonly string[];
}

/** Id, step and place of a checkpoint. */
export type ImportedCheckpoint = Pick<Checkpoint, "id" | "model" | "path" | "step" | "epoch">;

export interface ImportedTask {
  readonly name: string;
  /** "total": one sample stands for all, whose scores nobody has any more. */
  readonly kind: "generate" | "choice" | "total";
  /** Changes with how that program scores the task; empty where it does not say. */
  readonly version: string;
  /** Score name → true if more is better; names not in it are taken to be so. */
  readonly higherIsBetter: Readonly<Record<string, boolean>>;
  readonly samples: readonly ImportedSample[];
  /** Of a total: over how many samples; null if that is not known. */
  readonly of?: number | null;
  /** Judges of evalh that score the answers, where the program left no scores of single ones. */
  readonly judges?: readonly ImportedJudge[];
  /** How long the program took for all samples, and how many they are. */
  readonly speed?: { readonly seconds: number; readonly samples: number };
}

export interface ImportedJudge {
  readonly name: string;
  /** Key of the map of judges. */
  readonly module: string;
  readonly options: JsonObject;
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
  read(file: ResultFile, options: ReadOptions): Promise<Imported[]>;
}

/** What the user said besides paths. */
export interface ReadOptions {
  /** Rows that predictions answer, for programs that write none of them beside; null without. */
  readonly references: ReferenceFile | null;
  /** Folders that a reader has read as a whole, so that their other files are no further results. */
  readonly seen: Set<string>;
  /** Files of predictions that were found to go with the references. */
  readonly answered: Set<string>;
}

export interface ReferenceFile {
  readonly path: string;
  /** Columns, dots between nested ones; null for those of a usual name. */
  readonly referenceColumn: string | null;
  readonly inputColumn: string | null;
  /** Names of judges; null for those that suit what the program measured. */
  readonly judges: readonly string[] | null;
}

/** A file with its content, parsed where it is JSON; NaN and infinities, which Python writes, are strings there. */
export interface ResultFile {
  /** Absolute. */
  readonly path: string;
  /** Undefined for an archive or text, which the reader opens itself. */
  readonly json: unknown;
  /** When it was written, ISO 8601: many formats have no date of their own. */
  readonly modifiedAt: string;
}

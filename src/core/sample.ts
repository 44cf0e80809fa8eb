import type { JsonObject } from "./json.ts";
import type { Place } from "./errors.ts";

/** One row of a dataset as it was read. */
export interface Row {
  /** Unique within the dataset: the value of the id column, or the row's number from 0 where none is named. */
  readonly id: string;
  readonly columns: JsonObject;
  readonly place: Place;
}

/** A row made ready for a task: the prompt rendered, the references taken out. */
export interface Sample {
  readonly id: string;
  /** The prompt, before any chat template. */
  readonly input: string;
  /** 0..n accepted answers, in the suite's order. */
  readonly references: readonly string[];
  /** The columns of the row. */
  readonly metadata: JsonObject;
  /** For `choice` and `classify` tasks: the options, in the suite's order. */
  readonly choices?: readonly string[];
}

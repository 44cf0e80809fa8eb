import { EvalhError, type Place } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";

/** One row as a format's reader gives it. */
export interface RawRow {
  readonly columns: JsonObject;
  /** Line on which the row begins, from 1; null for binary formats. */
  readonly line: number | null;
}

/**
 * Streams the rows of one file in order, in batches: a promise a row would cost more than most rows' parsing.
 * @throws EvalhError E_DATASET at the first row that cannot be read
 */
export type Reader = (file: string) => AsyncIterable<readonly RawRow[]>;

/** An error of a dataset at a place. */
export function datasetError(message: string, place: Place, hint?: string): EvalhError {
  return new EvalhError("E_DATASET", message, hint === undefined ? { place } : { place, hint });
}

import type { FinishReason } from "../../../src/core/completion.ts";
import type { ErrorInfo } from "../../../src/core/errors.ts";
import type { MetricUnit } from "../../../src/core/judge.ts";

/**
 * What a report's data blocks hold. A block is a script element that no browser executes, its text base64 of gzip.
 * The writer and the page's own code share this file, so neither can drift.
 */

/**
 * Of a served page, which holds no blocks: they lie at "blocks/VERSION/NAME", texts at "samples/VERSION/SAMPLE", each
 * plain and compressed on the way. "state/VERSION" is PageState.
 */
export interface PageState {
  /** The run has moved on: a page made now would show more. */
  readonly isStale: boolean;
  readonly isRunning: boolean;
}

/** Of the script elements that hold blocks. */
export const BLOCK_TYPE = "application/octet-stream;base64";

/** Block names. "text-N" are JSON lists of StoredSample; the others cover all samples, checkpoint after checkpoint. */
export const BlockName = {
  /** JSON, ReportMeta. */
  meta: "meta",
  /** JSON, one string a sample. */
  ids: "ids",
  /** JSON, one string a sample: where prompts begin to differ. */
  previews: "previews",
  /** Uint8 a checkpoint and sample: bits of Status. */
  status: "status",
  /** Uint16 a checkpoint and sample: place of the first checkpoint with the same text. */
  sameText: "same-text",
  /** Uint32 a sample: chunk that holds its text, NO_CHUNK where none does. */
  chunkOf: "chunk-of",
  /** Uint32 a sample: place in the chunk. */
  chunkAt: "chunk-at",
  /** JSON, WorstSample[]: for the printed page. */
  worst: "worst",
  text: (chunk: number): string => `text-${chunk}`,
  /** Uint16 a sample: place of its value in the slice's values. */
  slice: (field: number): string => `slice-${field}`,
  /** Uint16 a checkpoint and sample of the metric's task: place in the metric's values, NO_SCORE where there is none. */
  codes: (metric: number): string => `codes-${metric}`,
  /** Float64, ascending. */
  values: (metric: number): string => `values-${metric}`,
} as const;

export const NO_CHUNK = 0xffffffff;
export const NO_SCORE = 0xffff;
/** Distinct values that codes can tell apart; finer metrics are rounded onto so many levels. */
export const MOST_VALUES = 0xfffe;

/** What a checkpoint did with a sample. */
export const Status = {
  /** It has an answer or an error. */
  ran: 1,
  failed: 2,
  /** The answer met the token limit. */
  truncated: 4,
  empty: 8,
} as const;

export interface ReportMeta {
  readonly format: "evalh-report/1";
  readonly checkpoints: readonly MetaCheckpoint[];
  /** Place of the base checkpoint, and of the one first compared with it. */
  readonly base: number;
  readonly head: number;
  readonly ship: number | null;
  readonly tasks: readonly MetaTask[];
  readonly metrics: readonly MetaMetric[];
  /** Place of the metric shown first. */
  readonly deciding: number;
  readonly slices: readonly { readonly field: string; readonly values: readonly string[] }[];
  readonly total: number;
  /** Samples whose text is in the file. */
  readonly embedded: number;
  /** Which texts are in the file; "served" for a page whose server has them all. */
  readonly embed: "changed" | "all" | "none" | "served";
}

interface MetaCheckpoint {
  readonly id: string;
  readonly label: string;
  readonly step: number | null;
  readonly role: "series" | "variant";
  readonly parent: number | null;
}

/** Samples of a task follow each other. */
interface MetaTask {
  readonly name: string;
  readonly start: number;
  readonly count: number;
}

export interface MetaMetric {
  /** "task/name". */
  readonly key: string;
  readonly name: string;
  /** Place in `tasks`. */
  readonly task: number;
  readonly unit: MetricUnit;
  readonly higherIsBetter: boolean;
  /** Smallest and largest value seen in any sample. */
  readonly seen: readonly [number, number];
  /** Smallest and largest value possible; null where there is no bound. */
  readonly range: readonly [number | null, number | null];
}

/** A sample's text: prompt, references, one output a checkpoint. */
export type StoredSample = readonly [
  prompt: string,
  references: readonly string[],
  outputs: readonly (StoredOutput | null)[],
];

export type StoredOutput = readonly [
  text: string,
  finish: FinishReason,
  tokens: number | null,
  ms: number | null,
  error: ErrorInfo | null,
  /** Left out where there are none. */
  notes?: readonly string[],
];

export interface WorstSample {
  readonly sample: number;
  readonly stored: StoredSample;
}

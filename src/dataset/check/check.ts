import type { Place } from "../../core/errors.ts";
import type { Row } from "../../core/sample.ts";

/** What the columns of a dataset are for. */
export interface ColumnRoles {
  /** Columns that the prompt is made of; empty where nobody knows: every text then counts as input. */
  readonly input: readonly string[];
  /** Columns with accepted answers. */
  readonly reference: readonly string[];
  readonly id: string | null;
}

/** A text of a row and what it is for. */
export interface RowText {
  readonly field: string;
  readonly role: "input" | "reference" | "other";
  readonly text: string;
}

/** A row as checks see it. */
export interface CheckedRow {
  /** Position among all rows, from 0. */
  readonly ordinal: number;
  readonly row: Row;
  /** The row's texts, those inside lists one by one; no ids. */
  readonly texts: readonly RowText[];
  /** The input texts as one. */
  readonly input: string;
  /** The reference texts as one. */
  readonly reference: string;
}

/** Where a finding shows. */
export interface Evidence {
  readonly place: Place;
  /** Position among all rows, from 0. */
  readonly ordinal: number;
  readonly field?: string;
  /** The other row, of a finding that takes two. */
  readonly other?: { readonly place: Place; readonly ordinal: number };
  /** What was found, a few words. */
  readonly what: string;
}

/** One thing that a check found. */
export interface Finding {
  /** "problem": a score on these data misleads; "note": worth knowing. */
  readonly level: "problem" | "note";
  /** What was found, as a sentence without its number. */
  readonly message: string;
  readonly count: number;
  /** Rows looked at. */
  readonly of: number;
  /** The first few. */
  readonly evidence: readonly Evidence[];
  /** What `clean` can do about it: nothing for null, for then a person must. */
  readonly fix: "repair" | "drop" | null;
}

/** What a check gives at its end. */
export interface Inspected {
  readonly findings: readonly Finding[];
  /** Ordinals of the rows that `clean` would drop. */
  readonly drop?: Iterable<number>;
}

/** A check at work on one dataset. */
export interface Inspector {
  /** Told each row of the training data first, where there are any. */
  train?(row: CheckedRow): void;
  /** Told each row, in order. */
  inspect(row: CheckedRow): void;
  /** Told every row a second time, training data first, where this is true after the first pass. */
  wantsSecondLook?(): boolean;
  lookAgain?(row: CheckedRow, isTraining: boolean): void;
  finish(): Inspected;
}

export interface CheckOptions {
  readonly roles: ColumnRoles;
  /** Largest number of tokens that the model can read, where known. */
  readonly contextTokens?: number;
  /** Jaccard similarity from which two texts are near duplicates, 0..1. */
  readonly similarity: number;
}

/** One file of this folder. */
export interface Check {
  readonly summary: string;
  create(options: CheckOptions): Inspector;
  /** The text without what the check found in it, for a check whose fix is "repair". */
  readonly repair?: (text: string) => string;
}

/** Findings show this many rows each. */
export const MOST_EVIDENCE = 5;

import type { HumanForm, HumanSheet } from "../sheet.ts";

/** An answer as a file has it, before anybody has looked whether it makes sense. */
export interface RawAnswer {
  /** Our id of the item; null where the record has none. */
  readonly item: string | null;
  /** Empty where the file does not say. */
  readonly rater: string;
  readonly value: string;
  readonly note?: string;
  readonly seconds?: number;
  readonly at?: string;
  /** Where it stands, for messages: "line 3", "task 17". */
  readonly where: string;
}

/** A file to write. */
export interface ExportedFile {
  /** What comes after the stem, for example ".tasks.json". */
  readonly suffix: string;
  readonly text: string;
}

/** One file of this folder: how another program gets a sheet and gives answers. */
export interface ExchangeFormat {
  readonly summary: string;
  write(sheet: HumanSheet): readonly ExportedFile[];
  /**
   * The answers in a file; skipped and cancelled ones are left out.
   * @throws Error where it is not of this format
   */
  readonly read: (text: string, form: HumanForm) => readonly RawAnswer[];
}

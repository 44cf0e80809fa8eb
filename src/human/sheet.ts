import type { Human } from "../suite/suite.ts";

/** What a person is asked of an item. */
export type HumanForm = Human["form"];

/** One thing to judge, without anything that tells whose answer it is. */
export interface HumanItem {
  /** "<sheet>-<ten hex digits>"; says nothing about the sample. */
  readonly id: string;
  readonly prompt: string;
  /** An accepted answer to compare with; null where there is none. */
  readonly reference: string | null;
  /** Two for pairwise, two to `MOST_ANSWERS` for choice, otherwise one. */
  readonly answers: readonly string[];
}

/** What raters get. */
export interface HumanSheet {
  readonly format: "evalh-human/1";
  readonly id: string;
  readonly form: HumanForm;
  readonly guidelines: string;
  readonly items: readonly HumanItem[];
}

/** What an item is, kept from raters. */
export interface KeyEntry {
  /** "new" items count; "repeat" shows another one again; "gold" has a known answer. */
  readonly kind: "new" | "repeat" | "gold";
  /** The item that a repeat shows again. */
  readonly of?: string;
  /** The right answer to a gold item. */
  readonly expected?: string;
  readonly task: string;
  readonly sample: string;
  /** Ids of the checkpoints whose answers are shown, in the order of `answers`. Empty for gold. */
  readonly checkpoints: readonly string[];
  /** Shown checkpoint → others that gave the same text, which is shown once. */
  readonly same?: Readonly<Record<string, readonly string[]>>;
  /** How many of the run's samples (or pairs) the item stands for. */
  readonly weight: number;
  readonly stratum: string;
}

/** Samples on which checkpoints answer the same, which nobody needs to be asked about: they are ties. */
export interface Identical {
  readonly task: string;
  readonly checkpoints: readonly string[];
  readonly samples: readonly string[];
}

/** The sealed half of a sheet. */
export interface HumanKey {
  readonly format: "evalh-human-key/1";
  readonly id: string;
  readonly run: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly form: HumanForm;
  readonly seed: number;
  /** Hex; decides ids and sides. */
  readonly secret: string;
  readonly entries: Readonly<Record<string, KeyEntry>>;
  readonly identical: readonly Identical[];
  /** True if somebody picked the samples: what is said of them tells of them alone, and is no score of the run. */
  readonly isPicked?: true;
}

/** What one person said of one item. */
export interface HumanAnswer {
  readonly item: string;
  readonly rater: string;
  /** One of the item's verdicts. */
  readonly value: string;
  readonly note?: string;
  /** Time taken for the item. */
  readonly seconds?: number;
  /** ISO 8601. */
  readonly at?: string;
}

/** What raters are told unless the user has guidelines of their own. */
export const guidelinesFor: Readonly<Record<HumanForm, string>> = {
  pairwise:
    "Read the question, then both answers. Say which one helps the person who asked more. Judge content before style; length is no merit. Use tie when you cannot choose, both bad when neither is usable.",
  choice:
    "Read the question, then all answers. Choose the one that helps the person who asked most. Judge content before style; length is no merit. Use tie when you cannot choose, none when no answer is usable.",
  rating:
    "Read the question and the answer. 5: right and complete. 4: right with a small flaw. 3: partly right. 2: mostly wrong. 1: wrong or useless.",
  correct:
    "Read the question and the answer. Yes if the answer is right in substance, whatever its wording; otherwise no.",
};

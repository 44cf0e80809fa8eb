import type { HumanForm } from "./sheet.ts";

/** More answers than this cannot be told apart at a glance, nor chosen by one key. */
export const MOST_ANSWERS = 6;

/** One thing that a rater can say of an item. */
export interface Verdict {
  /** As it is stored. */
  readonly value: string;
  /** For people. */
  readonly label: string;
  /** The key that says it. */
  readonly key: string;
}

const LETTERS = ["A", "B", "C", "D", "E", "F"] as const;

/** Names of the answers of an item that shows several. */
export function answerNames(answers: number): readonly string[] {
  return LETTERS.slice(0, answers);
}

const numbered = (values: readonly (readonly [value: string, label: string])[]): Verdict[] =>
  values.map(([value, label], index) => ({ value, label, key: String(index + 1) }));

const fixed = {
  pairwise: numbered([
    ["A", "A is better"],
    ["B", "B is better"],
    ["tie", "Tie"],
    ["both_bad", "Both bad"],
  ]),
  rating: numbered([
    ["1", "wrong or useless"],
    ["2", "mostly wrong"],
    ["3", "partly right"],
    ["4", "small flaw"],
    ["5", "right and complete"],
  ]),
  correct: numbered([
    ["yes", "Yes, right"],
    ["no", "No, wrong"],
  ]),
} satisfies Partial<Record<HumanForm, readonly Verdict[]>>;

/** What can be said of an item that shows so many answers. Keys of a choice do not move with their number. */
export function verdictsOf(form: HumanForm, answers: number): readonly Verdict[] {
  if (form !== "choice") return fixed[form];
  return [
    ...numbered(answerNames(answers).map((name) => [name, `${name} is best`])),
    { value: "tie", label: "Tie", key: "7" },
    { value: "none", label: "None is usable", key: "8" },
  ];
}

/** How many answers an item of a form shows. */
export function answerCounts(form: HumanForm): readonly [least: number, most: number] {
  if (form === "choice") return [2, MOST_ANSWERS];
  return form === "pairwise" ? [2, 2] : [1, 1];
}

/** The verdict that is meant, whatever its case; null for none. */
export function normalVerdict(text: string, form: HumanForm, answers: number): string | null {
  const folded = text.trim().toLowerCase().replaceAll(/[\s-]/gu, "_");
  return verdictsOf(form, answers).find(({ value }) => value.toLowerCase() === folded)?.value ?? null;
}

/** Everything that a form can say, in order: the categories of agreement. */
export function categoriesOf(form: HumanForm): readonly string[] {
  return verdictsOf(form, MOST_ANSWERS).map(({ value }) => value);
}

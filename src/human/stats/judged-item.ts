import type { HumanAnswer, HumanKey, KeyEntry } from "../sheet.ts";

/** An item with what people said of it. */
export interface JudgedItem {
  readonly id: string;
  readonly entry: KeyEntry;
  readonly answers: readonly HumanAnswer[];
}

/** The items of a sheet that somebody answered. Answers to ids that the key does not have are left out. */
export function judgedItems({ entries }: HumanKey, answers: readonly HumanAnswer[]): JudgedItem[] {
  const byItem = new Map<string, HumanAnswer[]>();
  for (const answer of answers) byItem.set(answer.item, [...(byItem.get(answer.item) ?? []), answer]);
  return Object.entries(entries).flatMap(([id, entry]) => {
    const found = byItem.get(id);
    return found === undefined ? [] : [{ id, entry, answers: found }];
  });
}

/** What a verdict counts for the first answer shown: 1, 0, or a half for ties. */
export function preference(value: string): number {
  if (value === "A") return 1;
  return value === "B" ? 0 : 0.5;
}

/** A verdict as a number: points, 1 or 0 for right or wrong, preference for the first answer. */
export function numberOf(value: string): number {
  if (value === "yes") return 1;
  if (value === "no") return 0;
  return /^\d$/u.test(value) ? Number(value) : preference(value);
}

/** The mean of what people said, each counting the same. */
export function meanVerdict(answers: readonly HumanAnswer[]): number {
  return answers.reduce((sum, { value }) => sum + numberOf(value), 0) / answers.length;
}

import type { HumanAnswer, HumanForm, HumanKey, KeyEntry } from "../sheet.ts";
import { answerNames } from "../verdict.ts";

/** An item with what people said of it. */
export interface JudgedItem {
  readonly id: string;
  readonly entry: KeyEntry;
  readonly answers: readonly HumanAnswer[];
}

/**
 * The items of a sheet that somebody answered. Those answered stand for the ones of their stratum that nobody has got to
 * yet: their weights grow accordingly. Answers to ids that the key does not have are left out.
 */
export function judgedItems({ entries }: HumanKey, answers: readonly HumanAnswer[]): JudgedItem[] {
  const byItem = Map.groupBy(answers, ({ item }) => item);
  const all = new Map<string, number>();
  const judged = new Map<string, number>();
  for (const [id, entry] of Object.entries(entries)) {
    const cell = cellOf(entry);
    all.set(cell, (all.get(cell) ?? 0) + entry.weight);
    if (byItem.has(id)) judged.set(cell, (judged.get(cell) ?? 0) + entry.weight);
  }
  return Object.entries(entries).flatMap(([id, entry]) => {
    const found = byItem.get(id);
    if (found === undefined) return [];
    const cell = cellOf(entry);
    const factor = entry.weight === 0 ? 1 : (all.get(cell) ?? 1) / (judged.get(cell) ?? 1);
    return [{ id, entry: { ...entry, weight: entry.weight * factor }, answers: found }];
  });
}

/** Items that stand for each other: of one kind, about the same checkpoints, of one stratum. */
function cellOf(entry: KeyEntry): string {
  return JSON.stringify([entry.kind, entry.task, entry.stratum, checkpointsOf(entry).toSorted()]);
}

/** Checkpoint → a number: points, 1 or 0 for right or wrong, the share of a comparison that it won. */
export type Credits = ReadonlyMap<string, number>;

/** All checkpoints of an item, also those whose text another one's stands for. */
export function checkpointsOf({ checkpoints, same = {} }: KeyEntry): string[] {
  return checkpoints.flatMap((id) => [id, ...(same[id] ?? [])]);
}

/** The checkpoints whose answer a verdict picks out; null for ties and for forms that pick none. */
export function pickedBy(value: string, { checkpoints, same = {} }: KeyEntry): readonly string[] | null {
  const picked = checkpoints[answerNames(checkpoints.length).indexOf(value)];
  return picked === undefined || checkpoints.length < 2 ? null : [picked, ...(same[picked] ?? [])];
}

/** What a verdict gives each checkpoint. Those whose equal answers were picked share, as all do in a tie. */
function creditsOf(value: string, entry: KeyEntry): Credits {
  const all = checkpointsOf(entry);
  if (entry.checkpoints.length < 2) {
    const number = value === "yes" ? 1 : value === "no" ? 0 : Number(value);
    return new Map(all.map((id) => [id, number]));
  }
  const picked = pickedBy(value, entry) ?? all;
  return new Map(all.map((id) => [id, picked.includes(id) ? 1 / picked.length : 0]));
}

/** The mean of what raters said, each counting the same. */
export function meanCredits({ entry, answers }: JudgedItem): Credits {
  const sums = new Map<string, number>();
  for (const { value } of answers) {
    for (const [id, credit] of creditsOf(value, entry)) sums.set(id, (sums.get(id) ?? 0) + credit / answers.length);
  }
  return sums;
}

/** Smallest and largest credit of a form. */
export function creditRange(form: HumanForm): readonly [number, number] {
  return form === "rating" ? [1, 5] : [0, 1];
}

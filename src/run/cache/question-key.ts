import { hash } from "node:crypto";

import { hashSeed } from "../../stats/hash-seed.ts";
import type { Task } from "../../suite/suite.ts";
import { generatesText } from "../ask.ts";
import type { WorkItem } from "../batches.ts";
import type { ItemRecord } from "../store/records.ts";

/** Hex digits of a key: 128 bits, of which two unequal questions never share all. */
const DIGITS = 32;

/** True if the same question may be answered differently each time it is asked. */
export function isSampled(task: Task): boolean {
  return generatesText(task) && task.generate.temperature > 0;
}

/** What a sample asks, for a task: its prompt, and the continuations where they are the sample's own. */
export function questionText({ choices, kind }: Pick<Task, "choices" | "kind">): (item: ItemRecord) => string {
  const namesContinuations = choices === null && kind === "loglikelihood";
  // The length keeps the prompt's end from being taken for a continuation.
  return ({ prompt, references, choices: own }) => {
    const continuations = own ?? (namesContinuations ? references : null);
    return `${prompt.length} ${prompt}${continuations === null ? "" : JSON.stringify(continuations)}`;
  };
}

/**
 * Keys of what is asked within one unit: the questions as they are sent, the repeat, and the seed where one is used.
 * Requests that are computed together have one key: with dynamically quantised weights a neighbour in the batch changes
 * an answer, so that an answer belongs to its batch.
 *
 * @param seedBase what seeds derive from, as for the requests themselves
 */
export function questionKeys(task: Task, seedBase: string): (batch: readonly WorkItem<ItemRecord>[]) => string {
  const sampled = isSampled(task);
  const textOf = questionText(task);
  const question = ({ item, repeat }: WorkItem<ItemRecord>): string => {
    const seed = sampled ? ` ${hashSeed(seedBase, item.id, String(repeat))}` : "";
    return `${repeat}${seed} ${textOf(item)}`;
  };
  return (batch) => hash("sha256", batch.map(question).join("\n"), "hex").slice(0, DIGITS);
}

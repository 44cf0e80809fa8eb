import { mkdir } from "node:fs/promises";

import { isJsonObject } from "../core/json.ts";
import { readLines } from "../run/store/line-file.ts";
import { appendRecords, humanFiles } from "./store.ts";

/** A sample that somebody has picked for people to look at. */
export interface QueuedSample {
  readonly task: string;
  /** Its id. */
  readonly sample: string;
}

/** The samples that were picked, each once, in the order in which they were. */
export async function readQueue(run: string): Promise<QueuedSample[]> {
  const queued = new Map<string, QueuedSample>();
  for await (const { record } of readLines(humanFiles.queue(run))) {
    if (!isJsonObject(record)) continue;
    const { task, sample } = record;
    if (typeof task === "string" && typeof sample === "string") queued.set(`${task}\n${sample}`, { task, sample });
  }
  return [...queued.values()];
}

/** Picks a sample. Returns how many there are then. */
export async function queueSample(run: string, { task, sample }: QueuedSample): Promise<number> {
  const queue = await readQueue(run);
  if (queue.some((each) => each.task === task && each.sample === sample)) return queue.length;
  await mkdir(humanFiles.folder(run), { recursive: true });
  await appendRecords(humanFiles.queue(run), [{ task, sample }]);
  return queue.length + 1;
}

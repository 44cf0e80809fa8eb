import { open, stat, type FileHandle } from "node:fs/promises";

import type { AnswerOrigin } from "../core/judge.ts";
import { decodeLine } from "./store/checked-line.ts";
import { readLines } from "./store/line-file.ts";
import { isSampleRecord } from "./store/records.ts";
import { runFiles } from "./store/run-folder.ts";

/** Looks up what checkpoints of a run have answered. */
export interface StoredAnswers extends AsyncDisposable {
  /** Null where that checkpoint has not answered (yet). */
  find(checkpoint: string, sampleId: string, origin: Omit<AnswerOrigin, "checkpoint">): Promise<string | null>;
}

interface Shard {
  /** Tells one state of the file from another: it grows, and judging again replaces it. */
  readonly state: string;
  readonly file: FileHandle;
  readonly places: ReadonlyMap<string, { readonly offset: number; readonly length: number }>;
}

/** Reads shards when they are first asked for, and again when they have changed. Only places are held in memory. */
export function storedAnswers(folder: string): StoredAnswers {
  const shards = new Map<string, Promise<Shard>>();
  const shardOf = async (path: string): Promise<Shard | null> => {
    const state = await stateOf(path);
    if (state === null) return null;
    const known = shards.get(path);
    const shard = await known;
    if (shard?.state === state) return shard;
    // Another call may have begun to read it meanwhile.
    if (shards.get(path) !== known) return shardOf(path);
    const opened = openShard(path, state);
    shards.set(path, opened);
    await shard?.file.close();
    return opened;
  };
  return {
    async find(checkpoint, sampleId, origin) {
      const shard = await shardOf(runFiles.samples(folder, checkpoint));
      const place = shard?.places.get(keyOf({ ...origin, id: sampleId }));
      if (shard === null || place === undefined) return null;
      const bytes = Buffer.allocUnsafe(place.length);
      await shard.file.read(bytes, 0, place.length, place.offset);
      const record = decodeLine(bytes);
      return isSampleRecord(record) ? record.output : null;
    },
    async [Symbol.asyncDispose]() {
      for (const shard of shards.values()) await shard.then(({ file }) => file.close()).catch(() => undefined);
    },
  };
}

async function stateOf(path: string): Promise<string | null> {
  const info = await stat(path).catch(() => null);
  return info === null ? null : `${info.ino} ${info.size}`;
}

async function openShard(path: string, state: string): Promise<Shard> {
  const file = await open(path, "r");
  const places = new Map<string, { offset: number; length: number }>();
  for await (const { record, offset, length } of readLines(path)) {
    if (!isSampleRecord(record) || record.error !== undefined) continue;
    const key = keyOf(record);
    if (!places.has(key)) places.set(key, { offset, length });
  }
  return { state, file, places };
}

function keyOf(answer: {
  readonly task: string;
  readonly split: string;
  readonly id: string;
  readonly repeat: number;
}): string {
  return JSON.stringify([answer.task, answer.split, answer.id, answer.repeat]);
}

import { open, type FileHandle } from "node:fs/promises";

import type { Completion } from "../core/completion.ts";
import { isJsonObject } from "../core/json.ts";
import { decodeLine, encodeLine } from "./store/checked-line.ts";
import { readLines, storeError } from "./store/line-file.ts";

/** Replies of models that judge, kept in a file so that the same is never asked twice. */
export interface ReplyCache extends AsyncDisposable {
  get(key: string): Promise<Completion | null>;
  put(key: string, reply: Completion): Promise<void>;
}

interface Place {
  readonly offset: number;
  readonly length: number;
}

/**
 * Opens a file of replies, one checksummed line each. Only places are held in memory. A torn tail is cut and damaged
 * lines are ignored: what they held is asked again. Whoever opens it holds the run's lock.
 * @throws EvalhError E_STORE
 */
export async function openReplyCache(path: string): Promise<ReplyCache> {
  const places = new Map<string, Place>();
  let end = 0;
  for await (const line of readLines(path)) {
    if (!line.ended) break;
    end = line.offset + line.length + 1;
    if (isReply(line.record)) places.set(line.record.key, line);
  }
  let file: FileHandle;
  try {
    file = await open(path, "a+");
    await file.truncate(end);
  } catch (error) {
    throw storeError("write", path, error);
  }
  let written: Promise<void> = Promise.resolve();
  return {
    async get(key) {
      const place = places.get(key);
      if (place === undefined) return null;
      const bytes = Buffer.allocUnsafe(place.length);
      await file.read(bytes, 0, place.length, place.offset);
      const record = decodeLine(bytes);
      return isReply(record) ? record.reply : null;
    },
    async put(key, reply) {
      const line = Buffer.from(encodeLine({ key, reply }));
      const offset = end;
      end += line.length;
      // One after the other: a place is where the line will lie.
      written = written
        .then(() => file.appendFile(line))
        .catch((error: unknown) => {
          throw storeError("write", path, error);
        });
      await written;
      places.set(key, { offset, length: line.length - 1 });
    },
    async [Symbol.asyncDispose]() {
      await written.catch(() => undefined);
      await file.close();
    },
  };
}

function isReply(record: unknown): record is { readonly key: string; readonly reply: Completion } {
  return isJsonObject(record) && typeof record["key"] === "string" && isJsonObject(record["reply"]);
}

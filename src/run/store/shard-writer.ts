import { open, type FileHandle } from "node:fs/promises";

import { encodeLine } from "./checked-line.ts";
import { readLines, storeError, type StoredLine } from "./line-file.ts";

/** Data reaches the disk, not only the kernel, at least this often: a power cut costs no more than this. */
const SYNC_EVERY_MS = 1_000;

export interface Repair {
  /** Bytes of a torn last line that were cut. */
  readonly cutBytes: number;
  /** Whole lines whose checksum did not hold; their samples are done again. */
  readonly damagedLines: number;
}

/**
 * Appends checksummed lines to one file. Exactly one writer may hold a file at a time (the run's lock sees to that):
 * cutting a torn tail while another process writes would lose its line.
 */
export interface ShardWriter extends AsyncDisposable {
  /** Resolves once the lines are handed to the kernel, so that they survive the process being killed. */
  append(records: readonly object[]): Promise<void>;
}

/**
 * Opens a shard for appending. Visits every whole record already there, cuts a torn tail, and counts damaged lines.
 * @throws EvalhError E_STORE
 */
export async function openShard(
  path: string,
  visit: (record: unknown, line: StoredLine) => void,
): Promise<{ writer: ShardWriter; repair: Repair }> {
  let end = 0;
  let cutBytes = 0;
  let damagedLines = 0;
  for await (const line of readLines(path)) {
    if (!line.ended) cutBytes = line.length;
    else {
      end = line.offset + line.length + 1;
      if (line.record === undefined) damagedLines++;
      else visit(line.record, line);
    }
  }
  try {
    const file = await open(path, "a");
    if (cutBytes > 0) await file.truncate(end);
    return { writer: shardWriter(file, path), repair: { cutBytes, damagedLines } };
  } catch (error) {
    throw storeError("write", path, error);
  }
}

function shardWriter(file: FileHandle, path: string): ShardWriter {
  let queued = "";
  let flushing: Promise<void> | null = null;
  let lastSync = performance.now();
  let isBroken = false;

  async function writeAll(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
      done += bytesWritten;
    }
    if (performance.now() - lastSync >= SYNC_EVERY_MS) {
      await file.datasync();
      lastSync = performance.now();
    }
  }

  /** Lines queued while a write is under way go out together in the next one. */
  async function flush(): Promise<void> {
    while (queued.length > 0) {
      const text = queued;
      queued = "";
      try {
        await writeAll(text);
      } catch (error) {
        isBroken = true;
        throw storeError("write", path, error);
      }
    }
  }

  return {
    append(records) {
      for (const record of records) queued += encodeLine(record);
      flushing = (flushing ?? Promise.resolve()).then(flush);
      return flushing;
    },
    async [Symbol.asyncDispose]() {
      try {
        // Whoever appended has been told already.
        if (isBroken) return;
        await flushing;
        await file.datasync();
      } finally {
        await file.close();
      }
    },
  };
}

import { open, type FileHandle } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

import { isSystemError } from "../../core/errors.ts";
import { encodeLine } from "./checked-line.ts";
import { readLines, storeError, type StoredLine } from "./line-file.ts";

/** Data reaches the disk, not only the kernel, at least this often: a power cut costs no more than this. */
const SYNC_EVERY_MS = 1_000;
/** Answers that come within this time go out in one write: a write costs as much as everything else done for a sample. */
const GATHER_MS = 5;
/** Characters queued at which appending should pause. */
const FULL = 1 << 20;

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
  /**
   * Queues lines. `written` is called once they are in the kernel's hands, so that they survive the process being
   * killed; never if they could not be written.
   */
  append(records: readonly object[], written: () => void): void;
  /** True when so much is queued that whoever appends should wait for `drained`. */
  readonly isFull: boolean;
  /** True once a write has failed; `drained` says why. */
  readonly isBroken: boolean;
  /** Resolves when everything queued so far is written. @throws EvalhError E_STORE */
  drained(): Promise<void>;
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

async function writeFully(file: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}

function shardWriter(file: FileHandle, path: string): ShardWriter {
  let queued = "";
  let waiting: (() => void)[] = [];
  let flushing: Promise<void> | null = null;
  let failure: unknown = null;
  let lastSync = performance.now();

  async function writeSynced(text: string): Promise<void> {
    await writeFully(file, text);
    if (performance.now() - lastSync < SYNC_EVERY_MS) return;
    await file.datasync();
    lastSync = performance.now();
  }

  async function flush(): Promise<void> {
    await setTimeout(GATHER_MS);
    while (queued.length > 0 && failure === null) {
      const text = queued;
      const told = waiting;
      queued = "";
      waiting = [];
      try {
        await writeSynced(text);
        for (const written of told) written();
      } catch (error) {
        failure = isSystemError(error) ? storeError("write", path, error) : error;
      }
    }
    flushing = null;
  }

  return {
    append(records, written) {
      if (failure !== null) return;
      for (const record of records) queued += encodeLine(record);
      waiting.push(written);
      flushing ??= flush();
    },
    get isFull() {
      return queued.length > FULL;
    },
    get isBroken() {
      return failure !== null;
    },
    async drained() {
      await flushing;
      if (failure !== null) throw failure;
    },
    async [Symbol.asyncDispose]() {
      try {
        await flushing;
        if (failure === null) await file.datasync();
      } catch (error) {
        throw storeError("write", path, error);
      } finally {
        await file.close();
      }
    },
  };
}

import { open, type FileHandle } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { crc32 } from "node:zlib";

import { isSystemError } from "../../core/errors.ts";
import { encodeLine } from "./checked-line.ts";
import { readBlocks, storeError, type StoredLine } from "./line-file.ts";
import { prefixOf, type ShardPrefix } from "./shard-index.ts";

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

interface OpenOptions {
  /** The beginning that is known: its lines are not visited. */
  readonly known?: ShardPrefix | null;
  /** Told, whenever everything that was queued is written, what the file then holds. */
  readonly onWritten?: (prefix: ShardPrefix) => void;
}

/**
 * Opens a shard for appending. Visits every whole record already there, cuts a torn tail, and counts damaged lines.
 * @throws EvalhError E_STORE
 */
export async function openShard(
  path: string,
  visit: (record: unknown, line: StoredLine) => void,
  { known = null, onWritten }: OpenOptions = {},
): Promise<{ writer: ShardWriter; repair: Repair }> {
  let end = known?.bytes ?? 0;
  let cutBytes = 0;
  let damagedLines = 0;
  for await (const lines of readBlocks(path, end)) {
    for (const line of lines) {
      if (!line.ended) {
        cutBytes = line.length;
        continue;
      }
      end = line.offset + line.length + 1;
      if (line.record === undefined) damagedLines++;
      else visit(line.record, line);
    }
  }
  try {
    const file = await openAt(path, cutBytes > 0 ? end : null);
    const prefix = onWritten === undefined ? null : known?.bytes === end ? known : await prefixOf(path, end);
    const told = prefix === null ? null : { prefix, onWritten };
    return { writer: shardWriter(file, path, told), repair: { cutBytes, damagedLines } };
  } catch (error) {
    throw storeError("write", path, error);
  }
}

/** A file to append to, cut to its whole lines where it has a torn one. */
async function openAt(path: string, end: number | null): Promise<FileHandle> {
  const file = await open(path, "a");
  try {
    if (end !== null) await file.truncate(end);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Keeps the checksum of a growing file. */
interface Told {
  prefix: ShardPrefix;
  readonly onWritten: ((prefix: ShardPrefix) => void) | undefined;
}

async function writeFully(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done);
    done += bytesWritten;
  }
}

/** Writes all of a text and syncs now and then. */
function syncedWriter(file: FileHandle, told: Told | null): (text: string) => Promise<void> {
  let lastSync = performance.now();
  return async (text) => {
    const bytes = Buffer.from(text);
    await writeFully(file, bytes);
    if (told !== null) {
      told.prefix = { bytes: told.prefix.bytes + bytes.length, crc: crc32(bytes, told.prefix.crc) };
    }
    if (performance.now() - lastSync < SYNC_EVERY_MS) return;
    await file.datasync();
    lastSync = performance.now();
  };
}

function shardWriter(file: FileHandle, path: string, told: Told | null): ShardWriter {
  let queued = "";
  let waiting: (() => void)[] = [];
  let flushing: Promise<void> | null = null;
  let failure: unknown = null;
  const writeSynced = syncedWriter(file, told);

  async function flush(): Promise<void> {
    await setTimeout(GATHER_MS);
    while (queued.length > 0 && failure === null) {
      const text = queued;
      const acknowledged = waiting;
      queued = "";
      waiting = [];
      try {
        await writeSynced(text);
        for (const written of acknowledged) written();
        // Only now does the file hold exactly what was queued: whoever keeps count of that is told.
        if (queued.length === 0 && told !== null) told.onWritten?.(told.prefix);
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

import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";

import { isJsonObject } from "../../core/json.ts";
import { readIndex, writeIndex } from "./index-file.ts";

/** Bytes read at a time. */
const BLOCK = 1 << 20;

/** The beginning of a shard: that many bytes with that CRC-32. */
export interface ShardPrefix {
  readonly bytes: number;
  readonly crc: number;
}

/** What the lines of a shard's beginning hold, so that a million of them need not be parsed to go on. */
export interface ShardIndex extends ShardPrefix {
  /** Unit → its finished answers, a bit each, in base64. */
  readonly done: Readonly<Record<string, string>>;
}

/** The index of a shard, if the shard still begins with what it was made of: one flipped bit, and it is not used. */
export async function readShardIndex(path: string, shard: string): Promise<ShardIndex | null> {
  const record = await readIndex(path);
  if (record === null) return null;
  const { bytes, checksum, done } = record;
  if (typeof bytes !== "number" || typeof checksum !== "number" || !isJsonObject(done)) return null;
  const prefix = await prefixOf(shard, bytes);
  if (prefix?.bytes !== bytes || prefix.crc !== checksum) return null;
  return { bytes, crc: checksum, done: done as Readonly<Record<string, string>> };
}

export async function writeShardIndex(path: string, { bytes, crc, done }: ShardIndex): Promise<void> {
  // A line's own checksum is its member "crc".
  await writeIndex(path, { bytes, checksum: crc, done });
}

/** The checksum of a file's first bytes, of as many as there are; null if it cannot be read. */
export async function prefixOf(path: string, bytes: number): Promise<ShardPrefix | null> {
  try {
    await using file = await open(path, "r");
    const buffer = Buffer.allocUnsafe(BLOCK);
    let crc = 0;
    let done = 0;
    while (done < bytes) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(BLOCK, bytes - done), done);
      if (bytesRead === 0) break;
      crc = crc32(buffer.subarray(0, bytesRead), crc);
      done += bytesRead;
    }
    return { bytes: done, crc };
  } catch {
    return null;
  }
}

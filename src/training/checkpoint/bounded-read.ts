import { open, readFile, stat } from "node:fs/promises";

import { hasErrno } from "../../core/errors.ts";

/** At most `length` bytes of a file from `position`; a negative position counts from its end. */
export async function readPart(path: string, position: number, length: number): Promise<Buffer> {
  await using file = await open(path, "r");
  const start = position < 0 ? Math.max(0, (await file.stat()).size + position) : position;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
  return buffer.subarray(0, bytesRead);
}

/** A small text file; null if it does not exist or is larger than the limit. */
export async function readSmallText(path: string, limit: number): Promise<string | null> {
  try {
    if ((await stat(path)).size > limit) return null;
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR", "EISDIR")) return null;
    throw error;
  }
}

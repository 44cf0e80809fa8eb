import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../src/core/errors.ts";

export interface GuardedTarget {
  readonly path: string;
  readonly force: boolean;
  /** Matches the beginning of a file that may be overwritten. */
  readonly mark: RegExp;
}

/** How much of a file is looked at to tell whose it is. */
const HEAD_BYTES = 512;

/**
 * Writes a file in pieces so that readers see the old one or the whole new one: a temporary file beside it is renamed
 * at the end and removed on failure.
 * @returns bytes written
 * @throws EvalhError E_USAGE for a path that holds something else or cannot be written
 */
export async function writeGuarded(
  target: GuardedTarget,
  fill: (append: (text: string) => Promise<void>) => Promise<void>,
): Promise<number> {
  const { path } = target;
  await refuseForeign(target);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const file = await openTarget(temporary, path);
  let bytes = 0;
  try {
    try {
      await fill(async (text) => {
        const piece = Buffer.from(text, "utf8");
        // writeFile, unlike write, goes on after a short write.
        await file.writeFile(piece);
        bytes += piece.length;
      });
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return bytes;
}

async function openTarget(temporary: string, path: string): Promise<FileHandle> {
  try {
    return await open(temporary, "w");
  } catch (error) {
    throw new EvalhError("E_USAGE", `cannot write ${path}: ${messageOf(error)}`, {
      hint: "the folder must exist and be writable",
      cause: error,
    });
  }
}

async function refuseForeign({ path, force, mark }: GuardedTarget): Promise<void> {
  const head = await readHead(path);
  if (head === null || force || mark.test(head)) return;
  throw new EvalhError("E_USAGE", `${path} exists and is not a report of this kind, so it was left alone`, {
    hint: "choose another path, or pass --force to overwrite it",
    place: { file: path },
  });
}

/** The file's beginning; null where there is none. */
async function readHead(path: string): Promise<string | null> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return null;
    throw new EvalhError("E_USAGE", `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

import { open, type FileHandle } from "node:fs/promises";

import { hasErrno, EvalhError, messageOf } from "../../core/errors.ts";
import { decodeLine } from "./checked-line.ts";

const READ_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** One line of a file and where it lies. */
export interface StoredLine {
  /** The record, or undefined if the line is torn or altered. */
  readonly record: unknown;
  /** Byte offset of the line's first byte. */
  readonly offset: number;
  /** Bytes without the newline. */
  readonly length: number;
  /** False for a last line without its newline. */
  readonly ended: boolean;
}

/** The lines of a checksummed file, in order, in bounded memory. A missing file has none. */
export async function* readLines(path: string): AsyncGenerator<StoredLine> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return;
    throw storeError("read", path, error);
  }
  try {
    let rest: Buffer = Buffer.alloc(0);
    let restOffset = 0;
    for (let position = 0; ;) {
      const chunk = Buffer.allocUnsafe(READ_BYTES);
      const { bytesRead } = await file.read(chunk, 0, READ_BYTES, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      const block =
        rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let start = 0;
      for (let end = block.indexOf(NEWLINE); end >= 0; end = block.indexOf(NEWLINE, start)) {
        yield {
          record: decodeLine(block.subarray(start, end)),
          offset: restOffset + start,
          length: end - start,
          ended: true,
        };
        start = end + 1;
      }
      rest = block.subarray(start);
      restOffset += start;
    }
    if (rest.length > 0) yield { record: undefined, offset: restOffset, length: rest.length, ended: false };
  } finally {
    await file.close();
  }
}

/** An error of the file system under a run, as the user should read it. */
export function storeError(action: "read" | "write", path: string, error: unknown): EvalhError {
  const hint = hasErrno(error, "ENOSPC", "EDQUOT")
    ? "free some space, then continue with `evalh run --resume`: what was finished is kept"
    : hasErrno(error, "EACCES", "EPERM", "EROFS")
      ? "choose a writable folder with --output"
      : hasErrno(error, "EMFILE", "ENFILE")
        ? "raise the limit of open files (ulimit -n), then continue with `evalh run --resume`"
        : undefined;
  return new EvalhError("E_STORE", `cannot ${action} ${path}: ${messageOf(error)}`, {
    cause: error,
    place: { file: path },
    ...(hint === undefined ? {} : { hint }),
  });
}

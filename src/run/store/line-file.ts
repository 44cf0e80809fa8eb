import { open, type FileHandle } from "node:fs/promises";

import { hasErrno, EvalhError, messageOf } from "../../core/errors.ts";
import { decodeLine } from "./checked-line.ts";

/** Small: what is cut from a block can keep the whole block alive. */
const READ_BYTES = 1 << 17;
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

/** The lines of a checksummed file from an offset on, in order, in bounded memory. A missing file has none. */
export async function* readLines(path: string, from = 0): AsyncGenerator<StoredLine> {
  for await (const lines of readBlocks(path, from)) yield* lines;
}

/** The same, as many lines at a time as were read together: to wait for each takes half as long again as to decode it. */
export async function* readBlocks(path: string, from = 0): AsyncGenerator<readonly StoredLine[]> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return;
    throw storeError("read", path, error);
  }
  try {
    let buffer = Buffer.allocUnsafe(2 * READ_BYTES);
    let held = 0;
    let offset = from;
    for (;;) {
      if (buffer.length - held < READ_BYTES) buffer = grown(buffer, held);
      const { bytesRead } = await file.read(buffer, held, READ_BYTES, offset + held);
      if (bytesRead === 0) break;
      const block = buffer.subarray(0, held + bytesRead);
      const lines: StoredLine[] = [];
      let start = 0;
      // What is held over has no newline: only the new bytes are searched.
      for (let end = block.indexOf(NEWLINE, held); end >= 0; end = block.indexOf(NEWLINE, start)) {
        lines.push({
          record: decodeLine(block.subarray(start, end)),
          offset: offset + start,
          length: end - start,
          ended: true,
        });
        start = end + 1;
      }
      yield lines;
      block.copyWithin(0, start);
      held = block.length - start;
      offset += start;
    }
    if (held > 0) yield [{ record: undefined, offset, length: held, ended: false }];
  } finally {
    await file.close();
  }
}

function grown(buffer: Buffer<ArrayBuffer>, held: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafe(2 * buffer.length);
  buffer.copy(larger, 0, 0, held);
  return larger;
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

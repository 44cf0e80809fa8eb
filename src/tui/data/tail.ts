import { open, stat } from "node:fs/promises";

import { hasErrno } from "../../core/errors.ts";

const NEWLINE = 0x0a;

/** A line of bytes and where it lies in its file. */
export interface TailLine {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** Reads a file that grows. */
export interface Tail {
  /**
   * The lines that were completed since the last call, of about `mostBytes` at most; what is left comes with the next
   * call. A line that is still being written is not among them, nor is there any in a file that does not exist yet.
   */
  read(mostBytes: number): Promise<readonly TailLine[]>;
  /** Whether the last call left some of the file unread. */
  readonly isBehind: boolean;
}

export function fileTail(path: string): Tail {
  let from = 0;
  let isBehind = false;
  return {
    get isBehind() {
      return isBehind;
    },
    async read(mostBytes) {
      const bytes = await bytesAfter(path, { from, mostBytes });
      const lines: TailLine[] = [];
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
        lines.push({ bytes: bytes.subarray(start, end), offset: from + start });
        start = end + 1;
      }
      // A line longer than a block: the next call takes a larger one.
      if (start === 0 && bytes.length === mostBytes) return this.read(mostBytes * 4);
      from += start;
      isBehind = bytes.length === mostBytes;
      return lines;
    },
  };
}

async function bytesAfter(
  path: string,
  { from, mostBytes }: { readonly from: number; readonly mostBytes: number },
): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size <= from) return Buffer.alloc(0);
    await using file = await open(path, "r");
    const bytes = Buffer.allocUnsafe(Math.min(mostBytes, size - from));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return Buffer.alloc(0);
    throw error;
  }
}

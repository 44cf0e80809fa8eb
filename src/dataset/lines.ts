import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";

import { datasetError } from "./reader.ts";

/** Bytes read at a time. */
const CHUNK = 1 << 17;

/** A longer line is a broken file; the reader must not hold it. */
const MAX_LINE = 64 << 20;

const NEWLINE = 10;

/** Complete lines that stand together. */
export interface LineBlock {
  /** Number of the first line, from 1. */
  readonly first: number;
  /** Without their line ends. */
  readonly lines: readonly string[];
}

/**
 * The lines of a UTF-8 file, block by block, without a byte order mark. Memory is bounded by the longest line.
 * @throws EvalhError E_DATASET for bytes that are not UTF-8 and for lines over 64 MB
 */
export async function* readLineBlocks(file: string): AsyncGenerator<LineBlock> {
  let first = 1;
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const bytes of readBytes(file)) {
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const lineEnd = end === 0 ? bytes.length : bytes.indexOf(NEWLINE);
    if (heldBytes + lineEnd > MAX_LINE) {
      throw datasetError("a line is longer than 64 MB", { file, line: first }, "rows must each stand on a line");
    }
    if (end > 0) {
      const block = linesOf(Buffer.concat([...held, bytes.subarray(0, end - 1)]), file, first);
      yield block;
      first += block.lines.length;
      held = [];
      heldBytes = 0;
    }
    held.push(bytes.subarray(end));
    heldBytes += bytes.length - end;
  }
  if (heldBytes > 0) yield linesOf(Buffer.concat(held), file, first);
}

/** The bytes of a file, without a UTF-8 byte order mark. */
export async function* readBytes(file: string): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK })) {
    const bytes = chunk as Buffer;
    yield isFirst ? withoutMark(bytes, file) : bytes;
    isFirst = false;
  }
}

function withoutMark(bytes: Buffer, file: string): Buffer {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw datasetError("the file is UTF-16", { file, line: 1 }, "save it as UTF-8");
  }
  const isMarked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return isMarked ? bytes.subarray(3) : bytes;
}

function linesOf(bytes: Buffer, file: string, first: number): LineBlock {
  if (!isUtf8(bytes)) throw notUtf8(file, first + invalidLine(bytes));
  return { first, lines: bytes.toString("utf8").split("\n") };
}

/** The error for bytes that no UTF-8 text has. */
export function notUtf8(file: string, line: number): Error {
  return datasetError("the line is not UTF-8", { file, line }, "save the file as UTF-8");
}

/** Lines before the first one that is not UTF-8. */
function invalidLine(bytes: Buffer): number {
  let start = 0;
  let line = 0;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
    line++;
  }
}

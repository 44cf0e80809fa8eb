import { zstdDecompressSync } from "node:zlib";

import type { FlatTable } from "./flatbuffer.ts";

/** The data of one record batch, handed out in the order in which columns take them. */
export interface Body {
  /** Rows of the batch. */
  readonly rows: number;
  /** Values of the next column or child, and how many of them are null. */
  node(): { readonly length: number; readonly nulls: number };
  /** The next buffer, of which at least so many bytes are needed. */
  buffer(needed: number): Buffer;
  /** Data buffers of the next column whose values are views. */
  variadic(): readonly Buffer[];
}

/** A buffer that grows beyond this is an attack on memory. */
const MAX_BUFFER = 2 ** 31 - 1;
const ZSTD = 1;

/** @param batch the header `RecordBatch` of Message.fbs */
export function bodyOf(batch: FlatTable, bytes: Buffer): Body {
  const nodes = batch.pairs(1)[Symbol.iterator]();
  const buffers = batch.pairs(2)[Symbol.iterator]();
  const counts = batch.longs(4)[Symbol.iterator]();
  const compression = batch.table(3);
  if (compression !== null && compression.byte(0) !== ZSTD) throw new RangeError("it is compressed with LZ4");
  const buffer = (needed: number): Buffer => {
    const [offset, length] = take(buffers, "buffer");
    if (offset < 0 || length < 0 || offset + length > bytes.length) throw new RangeError("a buffer lies outside");
    const stored = bytes.subarray(offset, offset + length);
    const plain = compression === null || length === 0 ? stored : decompressed(stored);
    if (plain.length < needed) throw new RangeError(`a buffer of ${plain.length} bytes where ${needed} are needed`);
    return plain;
  };
  return {
    rows: batch.long(0),
    node: () => {
      const [length, nulls] = take(nodes, "column");
      if (length < 0 || length > MAX_BUFFER) throw new RangeError(`a column of ${length} values`);
      return { length, nulls };
    },
    buffer,
    variadic: () => Array.from({ length: Math.min(take(counts, "count"), 1 << 20) }, () => buffer(0)),
  };
}

function take<T>(from: Iterator<T>, what: string): T {
  const next = from.next();
  if (next.done === true) throw new RangeError(`a ${what} is missing`);
  return next.value;
}

/** A compressed buffer begins with its length, −1 for one that was left as it is. */
function decompressed(stored: Buffer): Buffer {
  const length = Number(stored.readBigInt64LE(0));
  if (length === -1) return stored.subarray(8);
  if (length < 0 || length > MAX_BUFFER) throw new RangeError(`a buffer of ${length} bytes`);
  return zstdDecompressSync(stored.subarray(8), { maxOutputLength: Math.max(1, length) });
}

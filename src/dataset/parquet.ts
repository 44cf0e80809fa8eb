import { open } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";

import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type Compressors } from "hyparquet";

import { EvalhError, messageOf } from "../core/errors.ts";
import type { JsonObject, JsonValue } from "../core/json.ts";
import { datasetError, type RawRow } from "./reader.ts";

/** Codecs beyond the reader's own (none and Snappy), by Node's zlib. A page never grows beyond this. */
const MAX_PAGE = 1 << 30;
const limit = { maxOutputLength: MAX_PAGE };
const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes, limit),
  BROTLI: (bytes) => brotliDecompressSync(bytes, limit),
  ZSTD: (bytes) => zstdDecompressSync(bytes, limit),
};

/**
 * Parquet, one row group in memory at a time. Values become JSON: integers beyond ±2^53 text with their digits, dates
 * ISO 8601, NaN null (as pandas writes missing values), infinities text, bytes base64.
 */
export async function* readParquet(file: string): AsyncGenerator<readonly RawRow[]> {
  await using handle = await open(file);
  const { size } = await handle.stat();
  const buffer: AsyncBuffer = {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = new Uint8Array(Math.max(0, end - start));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) throw new RangeError("the file ends too early");
        done += bytesRead;
      }
      return bytes.buffer;
    },
  };
  try {
    const metadata = await parquetMetadataAsync(buffer);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const rows = await parquetReadObjects({ file: buffer, metadata, rowStart, rowEnd, compressors });
      yield rows.map((row) => ({ columns: toColumns(row), line: null }));
      rowStart = rowEnd;
    }
  } catch (error) {
    if (error instanceof EvalhError) throw error;
    throw datasetError(`cannot be read as Parquet: ${messageOf(error)}`, { file });
  }
}

function toColumns(row: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toJson(value)]));
}

function toJson(value: unknown): JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : Number.isNaN(value) ? null : String(value);
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "object":
      return value === null ? null : objectToJson(value);
    default:
      return null;
  }
}

function objectToJson(value: object): JsonValue {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value as ArrayLike<unknown>, toJson);
  return toColumns(value as Readonly<Record<string, unknown>>);
}

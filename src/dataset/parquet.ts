import { open } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";

import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type Compressors } from "hyparquet";

import { EvalhError, messageOf } from "../core/errors.ts";
import { toColumns } from "./binary-value.ts";
import { datasetError, type RawRow } from "./reader.ts";

/** Codecs beyond the reader's own (none and Snappy), by Node's zlib. A page never grows beyond this. */
const MAX_PAGE = 1 << 30;
const limit = { maxOutputLength: MAX_PAGE };
const compressors: Compressors = {
  GZIP: (bytes) => gunzipSync(bytes, limit),
  BROTLI: (bytes) => brotliDecompressSync(bytes, limit),
  ZSTD: (bytes) => zstdDecompressSync(bytes, limit),
};

/** Parquet, one row group in memory at a time. */
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

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";

import { parquetWriteBuffer, type ColumnSource } from "hyparquet-writer";
import { describe, expect, it } from "vitest";

import { openDataset } from "../../src/dataset/index.ts";
import { collect, scratch } from "./scratch.ts";

function parquet(columnData: ColumnSource[], rowGroupSize?: number): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData, ...(rowGroupSize === undefined ? {} : { rowGroupSize }) }));
}

describe("Parquet", () => {
  it("turns the values of every type into JSON", async () => {
    const folder = scratch({
      "a.parquet": parquet([
        { name: "text", data: ["a", "é"] },
        { name: "small", data: [5n, -1n] },
        { name: "large", data: [9_007_199_254_740_993n, 1n] },
        { name: "float", data: [0.5, NaN], type: "DOUBLE" },
        { name: "truth", data: [true, false] },
        { name: "day", data: [new Date("2024-02-29T12:00:00Z"), new Date(0)], type: "TIMESTAMP" },
        { name: "tree", data: [{ text: ["x", "y"] }, {}], type: "JSON" },
        { name: "gap", data: ["x", null], nullable: true },
      ]),
    });
    const rows = await collect(openDataset({ path: join(folder, "a.parquet") }));
    expect(rows.map(({ columns }) => columns)).toEqual([
      {
        text: "a",
        small: 5,
        large: "9007199254740993",
        float: 0.5,
        truth: true,
        day: "2024-02-29T12:00:00.000Z",
        tree: { text: ["x", "y"] },
        gap: "x",
      },
      {
        text: "é",
        small: -1,
        large: 1,
        float: null,
        truth: false,
        day: "1970-01-01T00:00:00.000Z",
        tree: {},
        gap: null,
      },
    ]);
  });

  it("reads the shards of a folder in the hub's layout, row group by row group", async () => {
    const shard = (first: number): Uint8Array =>
      parquet([{ name: "q", data: Array.from({ length: 250 }, (_, index) => `${first + index}`) }], 100);
    const folder = scratch({
      "README.md": "a card",
      "data/test-00001-of-00002.parquet": shard(250),
      "data/test-00000-of-00002.parquet": shard(0),
    });
    const rows = await collect(openDataset({ path: folder }));
    expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 500 }, (_, index) => `${index}`));
    expect(rows.every(({ id, columns }) => columns["q"] === id)).toBe(true);
  });

  it.each([
    ["GZIP", gzipSync],
    ["BROTLI", brotliCompressSync],
    ["ZSTD", zstdCompressSync],
  ] as const)("reads pages compressed with %s", async (codec, compress) => {
    const columnData = [{ name: "q", data: Array.from({ length: 50 }, (_, index) => `text ${index}`) }];
    const bytes = parquetWriteBuffer({
      columnData,
      codec,
      compressors: { [codec]: (page: Uint8Array) => compress(page) },
    });
    const folder = scratch({ "a.parquet": new Uint8Array(bytes) });
    const rows = await collect(openDataset({ path: join(folder, "a.parquet") }));
    expect(rows.map(({ columns }) => columns["q"])).toEqual(columnData[0]?.data);
  });

  it("refuses damaged files with one error, wherever the damage is", async () => {
    const path = join(scratch({ "a.parquet": parquet([{ name: "q", data: ["a", "b", "c"] }]) }), "a.parquet");
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length += 7) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(collect(openDataset({ path }))).rejects.toMatchObject({ code: "E_DATASET", place: { file: path } });
    }
  });

  it("names the rows of a repeated id", async () => {
    const folder = scratch({ "a.parquet": parquet([{ name: "id", data: ["a", "b", "a"] }]) });
    await expect(collect(openDataset({ path: join(folder, "a.parquet"), id: "id" }))).rejects.toThrow(
      /"a" was used before, by row 1/,
    );
  });
});

import { basename, join } from "node:path";

import { describe, expect, it } from "vitest";

import { datasetDigest } from "../../src/dataset/digest.ts";
import { datasetFiles } from "../../src/dataset/files.ts";
import { scratch } from "./scratch.ts";

describe("finding a dataset's files", () => {
  it("tells the format by the ending", async () => {
    const folder = scratch({ "a.ndjson": "", "b.tsv": "", "c.parquet": "", "d.json": "" });
    const formats = ["a.ndjson", "b.tsv", "c.parquet", "d.json"].map(
      async (name) => (await datasetFiles({ path: join(folder, name) })).format,
    );
    expect(await Promise.all(formats)).toEqual(["jsonl", "csv", "parquet", "json"]);
  });

  it("takes a pattern and keeps the order of names", async () => {
    const folder = scratch({ "test-b.csv": "", "test-a.csv": "", "train-a.csv": "" });
    const { files } = await datasetFiles({ path: join(folder, "test-*.csv") });
    expect(files.map((file) => basename(file))).toEqual(["test-a.csv", "test-b.csv"]);
  });

  it("suggests the file that was meant", async () => {
    const folder = scratch({ "data/test.jsonl": "" });
    await expect(datasetFiles({ path: join(folder, "data/tset.jsonl") })).rejects.toMatchObject({
      code: "E_DATASET",
      hint: 'did you mean "test.jsonl"?',
    });
    await expect(datasetFiles({ path: join(folder, "dta/test.jsonl") })).rejects.toMatchObject({
      hint: 'did you mean "data"?',
    });
  });

  it.each([
    ["an unknown ending", ["a.txt"], "a.txt", /no known ending/],
    ["several formats", ["a.csv", "b.json"], ".", /several formats/],
    ["several splits", ["test-00000-of-00001.csv", "train-00000-of-00001.csv"], ".", /several splits: test, train/],
    ["missing shards", ["test-00000-of-00003.csv", "test-00002-of-00003.csv"], ".", /2 of 3 shards/],
    ["a folder without data", ["README.md"], ".", /holds no dataset/],
    ["a pattern without matches", ["a.csv"], "b*.csv", /no file matches/],
    ["a pattern with two stars", ["a.csv"], "*a*.csv", /more than one/],
  ])("refuses %s", async (_, names, path, message) => {
    const folder = scratch(Object.fromEntries(names.map((name) => [name, ""])));
    await expect(datasetFiles({ path: join(folder, path) })).rejects.toMatchObject({
      code: "E_DATASET",
      message: expect.stringMatching(message),
    });
  });
});

describe("the digest of a dataset", () => {
  it("is the sha256 of a file", async () => {
    const folder = scratch({ "a.jsonl": "abc" });
    expect(await datasetDigest({ path: join(folder, "a.jsonl") })).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it("of a folder changes with contents and names", async () => {
    const digest = (files: Record<string, string>): Promise<string> => datasetDigest({ path: scratch(files) });
    const digests = await Promise.all([
      digest({ "a.csv": "x", "b.csv": "y" }),
      digest({ "a.csv": "y", "b.csv": "x" }),
      digest({ "a.csv": "x", "c.csv": "y" }),
    ]);
    expect(new Set(digests).size).toBe(3);
    expect(await digest({ "a.csv": "x", "b.csv": "y", "notes.md": "z" })).toBe(digests[0]);
  });
});

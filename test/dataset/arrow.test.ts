import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { openDataset } from "../../src/dataset/index.ts";
import { datasetRevision } from "../../src/dataset/revision.ts";
import { collect, scratch } from "./scratch.ts";

const saved = fileURLToPath(new URL("../fixtures/huggingface/", import.meta.url));
const rowsOf = async (path: string): Promise<object[]> =>
  (await collect(openDataset({ path }))).map(({ columns }) => columns);

/** What `datasets` itself reads; the one integer that JavaScript cannot hold is text here. */
const expected = JSON.parse(
  readFileSync(join(saved, "expected.json"), "utf8").replaceAll(": 9007199254740993", ': "9007199254740993"'),
) as Readonly<Record<string, object[]>>;

describe("data sets that Hugging Face datasets has saved", () => {
  it.each(["train", "test"])("are read split by split: %s", async (split) => {
    expect(await rowsOf(join(saved, "saved", split))).toEqual(expected[split]);
  });

  it.each(["sharded", "train.parquet"])("give the same rows as shards and as Parquet: %s", async (name) => {
    expect(await rowsOf(join(saved, name))).toEqual(expected["train"]);
  });

  it("must be named by split where a folder holds several", async () => {
    await expect(rowsOf(join(saved, "saved"))).rejects.toMatchObject({
      code: "E_DATASET",
      message: expect.stringContaining("several splits: train, test"),
      hint: expect.stringContaining(join("saved", "test")),
    });
  });

  it("are refused where a data file would lie elsewhere, or an old version kept the order apart", async () => {
    const folder = scratch({ "state.json": '{"_data_files": [{"filename": "../../secret.arrow"}]}' });
    await expect(rowsOf(folder)).rejects.toMatchObject({ message: expect.stringContaining("beside state.json") });
    writeFileSync(
      join(folder, "state.json"),
      '{"_data_files": [{"filename": "a.arrow"}], "_indices_data_files": [{"filename": "i.arrow"}]}',
    );
    await expect(rowsOf(folder)).rejects.toMatchObject({ message: expect.stringContaining("apart from their order") });
  });
});

describe("Arrow", () => {
  it.each(["types.arrow", "file.arrow", "zstd.arrow"])("turns the values of every type into JSON: %s", async (name) => {
    const at = "2024-02-29T12:30:00.000Z";
    expect(await rowsOf(join(saved, name))).toEqual([
      { word: "red", day: "2024-02-29T00:00:00.000Z", at, raw: "AP8=", view: "short", flag: true },
      { word: "green", day: null, at, raw: "", view: "a text longer than twelve bytes", flag: false },
      { word: "red", day: "1970-01-01T00:00:00.000Z", at, raw: null, view: null, flag: null },
      { word: null, day: "2000-01-01T00:00:00.000Z", at, raw: "YWJj", view: "", flag: true },
    ]);
  });

  it("names the remedy for a compression that Node does not know", async () => {
    await expect(rowsOf(join(saved, "lz4.arrow"))).rejects.toMatchObject({
      code: "E_DATASET",
      hint: "write it without compression, or with zstd",
    });
  });

  it("ends in one error wherever the file is cut or damaged", async () => {
    const whole = readFileSync(join(saved, "types.arrow"));
    const folder = scratch();
    const path = join(folder, "a.arrow");
    const outcomes = new Set<string>();
    for (let cut = 0; cut < whole.length; cut += 37) {
      writeFileSync(path, whole.subarray(0, cut));
      outcomes.add(await rowsOf(path).then((rows) => `${rows.length} rows`, codeOf));
      const flipped = Buffer.from(whole);
      flipped[cut] = (flipped[cut] ?? 0) ^ 0x80;
      writeFileSync(path, flipped);
      // A flipped bit in a value is a value; what matters is that nothing else happens than rows or a named error.
      outcomes.add(await rowsOf(path).then(() => "rows", codeOf));
    }
    expect([...outcomes].filter((each) => !/^(?:\d+ )?rows$|^E_DATASET$/u.test(each))).toEqual([]);
    expect(outcomes).toContain("E_DATASET");
  });
});

const codeOf = (error: unknown): string => String((error as { code?: string }).code ?? error);

describe("the revision of a dataset", () => {
  const train = join(saved, "saved/train");

  it("may be pinned by digest, fingerprint or commit of the hub, and another one is refused", async () => {
    const found = await datasetRevision({ path: train });
    expect(found.sha256).toMatch(/^[0-9a-f]{64}$/u);
    expect(found.fingerprint).toBe(
      (JSON.parse(readFileSync(join(train, "state.json"), "utf8")) as { _fingerprint: string })._fingerprint,
    );
    const folder = scratch();
    const commit = "0123456789abcdef0123456789abcdef01234567";
    cpSync(join(saved, "train.parquet"), join(folder, `snapshots/${commit}/data/train.parquet`));
    const snapshot = { path: join(folder, `snapshots/${commit}/data/train.parquet`) };
    for (const [spec, revision] of [
      [{ path: train }, found.sha256.slice(0, 12)],
      [{ path: train }, found.fingerprint ?? ""],
      [snapshot, commit.slice(0, 7)],
    ] as const) {
      await expect(datasetRevision({ ...spec, revision })).resolves.toBeDefined();
    }
    await expect(datasetRevision({ path: train, revision: "0000000" })).rejects.toMatchObject({
      code: "E_DATASET",
      message: expect.stringContaining("is not at revision 0000000"),
      hint: expect.stringContaining(found.sha256),
    });
  });
});

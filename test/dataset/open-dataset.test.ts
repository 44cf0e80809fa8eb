import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { openDataset } from "../../src/dataset/index.ts";
import { sampleKey } from "../../src/dataset/selection.ts";
import type { DatasetSpec } from "../../src/dataset/spec.ts";
import { collect, scratch } from "./scratch.ts";

type Given = Omit<DatasetSpec, "path">;

async function idsOf(rows: readonly object[], spec: Given): Promise<string[]> {
  const folder = scratch({ "a.jsonl": rows.map((row) => `${JSON.stringify(row)}\n`).join("") });
  return (await collect(openDataset({ ...spec, path: join(folder, "a.jsonl") }))).map(({ id }) => id);
}

const numbered = (n: number): { id: string }[] => Array.from({ length: n }, (_, index) => ({ id: `r${index}` }));

describe("opening a dataset", () => {
  it("takes ids from a column, numbers included", async () => {
    expect(await idsOf([{ id: "b" }, { id: 7 }], { id: "id" })).toEqual(["b", "7"]);
  });

  it("names both lines of a repeated id", async () => {
    await expect(idsOf([{ id: "a" }, { id: "b" }, { id: "a" }], { id: "id" })).rejects.toMatchObject({
      code: "E_DATASET",
      message: expect.stringMatching(/a\.jsonl:1/),
      place: { line: 3 },
    });
  });

  it("finds a repeated id among many, across files", async () => {
    const lines = (ids: readonly number[]): string => ids.map((id) => `{"id": ${id}}\n`).join("");
    const folder = scratch({
      "a.jsonl": lines(Array.from({ length: 9_000 }, (_, index) => index)),
      "b.jsonl": lines([20_000, 8_765]),
    });
    await expect(collect(openDataset({ path: folder, id: "id" }))).rejects.toMatchObject({
      message: expect.stringMatching(/"8765".*a\.jsonl:8766/),
      place: { file: join(folder, "b.jsonl"), line: 2 },
    });
  });

  it.each([
    [{ q: 1 }, /no column "id"/],
    [{ id: null }, /text or a number/],
    [{ id: "" }, /text or a number/],
    [{ id: true }, /text or a number/],
  ])("refuses %j where an id is asked for", async (row, message) => {
    await expect(idsOf([row], { id: "id" })).rejects.toThrow(message);
  });

  it("suggests the column that was meant", async () => {
    await expect(idsOf([{ idd: 1 }], { id: "id" })).rejects.toMatchObject({ hint: 'did you mean "idd"?' });
  });

  it("filters by values, numbers equal to their text, missing equal to null", async () => {
    const rows = [{ y: 2024 }, { y: "2024" }, { y: 2023 }, {}, { y: null }, { y: "null" }, { y: [2024] }];
    expect(await idsOf(rows, { where: { y: 2024 } })).toEqual(["0", "1"]);
    expect(await idsOf(rows, { where: { y: [2023, null] } })).toEqual(["2", "3", "4"]);
  });

  it("applies the limit after the filter", async () => {
    expect(await idsOf([{ k: 1 }, { k: 2 }, { k: 1 }, { k: 1 }], { where: { k: 1 }, limit: 2 })).toEqual(["0", "2"]);
  });

  it("says that a filter left nothing", async () => {
    await expect(idsOf([{ k: 1 }], { where: { k: 2 } })).rejects.toMatchObject({
      message: expect.stringMatching(/no rows/),
      hint: expect.stringMatching(/where/),
    });
  });

  it("samples the same rows whatever the order of the file", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(numbered(60), { minLength: 60 }),
        fc.integer({ min: 0 }),
        async (rows, seed) => {
          const spec = { id: "id", sample: { n: 9, seed } };
          const expected = await idsOf(numbered(60), spec);
          expect(expected).toHaveLength(9);
          expect((await idsOf(rows, spec)).toSorted()).toEqual(expected.toSorted());
        },
      ),
      { numRuns: 25 },
    );
  });

  it("samples every row about equally often over seeds", async () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 300; seed++) {
      const keyed = numbered(20).map(({ id }) => ({ id, key: sampleKey(seed, id) }));
      for (const { id } of keyed.toSorted((a, b) => a.key - b.key).slice(0, 5))
        counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    // Binomial(300, 1/4) has mean 75 and standard deviation 7.5; five of those hold for all twenty rows.
    for (const { id } of numbered(20)) expect(Math.abs((counts.get(id) ?? 0) - 75)).toBeLessThan(37.5);
  });

  it("takes all rows where the sample is larger than the dataset", async () => {
    expect(await idsOf(numbered(3), { id: "id", sample: { n: 10, seed: 1 } })).toEqual(["r0", "r1", "r2"]);
  });

  it("reads much more than it may keep in memory", { timeout: 60_000 }, async () => {
    const line = (index: number): string => `{"id": "row-${index}", "text": "${"lorem ipsum ".repeat(40)}"}\n`;
    const rows = 150_000;
    const folder = scratch({ "a.jsonl": Array.from({ length: rows }, (_, index) => line(index)).join("") });
    const program = `
      import { openDataset } from ${JSON.stringify(new URL("../../src/dataset/index.ts", import.meta.url).href)};
      let count = 0;
      for await (const row of openDataset({ path: ${JSON.stringify(join(folder, "a.jsonl"))}, id: "id" })) count++;
      console.log(count);
    `;
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--max-old-space-size=32",
      "--input-type=module",
      "--eval",
      program,
    ]);
    expect(Number(stdout)).toBe(rows);
  });
});

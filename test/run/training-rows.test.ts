import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { writeTrainingRows } from "../../src/run/training-rows.ts";
import type { TrainingData } from "../../src/suite/training.ts";
import { temporaryFolder } from "../training/temporary-folder.ts";

const place = { file: "suite.yaml", line: 7 };

/** Writes rows through templates, and reads what the trainer will read. */
async function written(
  rows: readonly object[],
  data: Partial<TrainingData>,
): Promise<{ count: number; rows: unknown[] }> {
  using folder = temporaryFolder();
  const path = folder.write("data.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const target = join(folder.path, "train.jsonl");
  const count = await writeTrainingRows({ train: { path }, targetDelimiter: " ", ...data }, { path }, target);
  const lines = (await readFile(target, "utf8")).trim().split("\n");
  return { count, rows: lines.map((line) => JSON.parse(line) as unknown) };
}

describe("the rows of a trainer", () => {
  it("are prompt and target as the suite's templates make them, whatever characters they hold", async () => {
    const rows = [
      { q: "one\ntwo “three”", a: "\u2028 four" },
      { q: "", a: "five" },
    ];
    const found = await written(rows, {
      prompt: { text: "Q: {{ q }}", place },
      target: { text: "{{ a }}!", place },
    });
    expect(found).toEqual({
      count: 2,
      rows: [
        { prompt: "Q: one\ntwo “three”", target: "\u2028 four!" },
        { prompt: "Q: ", target: "five!" },
      ],
    });
  });

  it("have no prompt where the suite names none, and take a column named text for the target", async () => {
    expect((await written([{ text: "all of it" }], {})).rows).toEqual([{ target: "all of it" }]);
  });

  it("are missed with the remedy where there is nothing to learn from, and with the row where a column is missing", async () => {
    await expect(written([{ body: "x" }], {})).rejects.toMatchObject({
      code: "E_DATASET",
      hint: expect.stringContaining('training.data.target: "{{ body }}"') as string,
    });
    await expect(written([], { target: { text: "{{ a }}", place } })).rejects.toThrow("the dataset has no rows");
    await expect(written([{ a: "x" }, { b: "y" }], { target: { text: "{{ a }}", place } })).rejects.toMatchObject({
      code: "E_PROMPT",
      place,
      message: expect.stringContaining("data.jsonl:2") as string,
    });
  });
});

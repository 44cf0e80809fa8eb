import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { buildComparison } from "../../src/compare/compare.ts";
import { copyIn } from "../../src/compare/memorisation.ts";
import { readRun } from "../../src/compare/run-data.ts";
import { readTrainingText, writeTrainingText, type TrainingText } from "../../src/run/training-text.ts";
import { answerTo, makeRun } from "../fixtures/runs/make-run.ts";

const ROWS = [
  { text: "the quiet harbour keeps nine grey boats behind its long stone wall", half: "low", kind: "a" },
  { text: "a narrow bridge", half: "low", kind: "b" },
  { text: "a narrow bridge", half: "high", kind: "c" },
];

async function written(options: { target: boolean } = { target: true }, folder?: string): Promise<TrainingText> {
  const at = folder ?? (await mkdtemp(join(tmpdir(), "evalh-text-")));
  const path = join(at, "train.jsonl");
  await writeFile(path, ROWS.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const target = { text: "{{ text }}", place: { file: "suite.yaml" } };
  const data = { train: { path }, targetDelimiter: " ", ...(options.target && { target }) };
  await writeTrainingText(at, data, ["half", "unknown"]);
  const text = await readTrainingText(at);
  if (text === null) throw new Error("nothing was written");
  return text;
}

const given = { prompt: "say something", references: ["a wide bridge"] };

describe("the training text that a run keeps", () => {
  it("counts rows, slices and targets, and survives the disk", async () => {
    const text = await written();
    expect(text).toMatchObject({ rows: 3, whole: true, slices: { half: { low: 2, high: 1 } } });
    expect(text.targets).toEqual({ [ROWS[0]?.text ?? ""]: 1, "a narrow bridge": 2 });
    // Twelve words make five passages of eight; two different targets have three words or more.
    expect(text.passages.size).toBe(5);
    expect(text.answers.size).toBe(2);
  });

  it("takes all texts of a row where no target is named", async () => {
    const text = await written({ target: false });
    expect(text.targets).toBeNull();
    expect(text.answers.size).toBe(0);
    expect(copyIn("well, the quiet harbour keeps nine grey boats behind", given, text)).toEqual({
      words: 8,
      isWhole: false,
    });
  });

  it("is none without training data", async () => {
    expect(await readTrainingText(await mkdtemp(join(tmpdir(), "evalh-text-")))).toBeNull();
  });
});

describe("copies of the training text", () => {
  it("are passages of eight words or more, and whole targets", async () => {
    const text = await written();
    expect(copyIn("keeps nine grey boats behind its long stone", given, text).words).toBe(8);
    expect(copyIn(`so ${ROWS[0]?.text} it is`, given, text)).toEqual({ words: 12, isWhole: false });
    expect(copyIn("keeps nine grey boats behind its long", given, text).words).toBe(0);
    expect(copyIn("keeps nine GREY boats behind its long stone wall", given, text).words).toBe(0);
    expect(copyIn(" a  narrow\nbridge ", given, text)).toEqual({ words: 0, isWhole: true });
  });

  it("are none where prompt or reference hold the same words", async () => {
    const text = await written();
    const asked = { prompt: "a narrow bridge", references: [ROWS[0]?.text ?? ""] };
    expect(copyIn(ROWS[0]?.text ?? "", asked, text)).toEqual({ words: 0, isWhole: false });
    expect(copyIn("a narrow bridge", asked, text)).toEqual({ words: 0, isWhole: false });
  });

  it("are counted for every checkpoint, and said where they grew", async () => {
    const copy = (share: number) => (i: number) => (i < share ? "a narrow bridge" : answerTo(i));
    const folder = await makeRun({
      n: 40,
      checkpoints: [
        { name: "checkpoint-0", step: 0, answer: () => "nothing" },
        { name: "checkpoint-9", step: 9, answer: copy(20) },
      ],
    });
    await written({ target: true }, folder);
    const { learning } = await buildComparison(await readRun(folder));
    expect(learning.memorisation).toMatchObject({
      trainingRows: 3,
      tasks: [
        {
          task: "quiz",
          checkpoints: [
            { n: 40, wholes: 0 },
            { wholes: 20, passages: 0, share: { value: 50, n: 40 } },
          ],
        },
      ],
    });
    const said = learning.diagnostics.find(({ kind }) => kind === "copied-answers");
    expect(said?.text).toContain(
      "20 of 40 answers are, word for word, another training row's; at checkpoint-0 0 % did",
    );
  });
});

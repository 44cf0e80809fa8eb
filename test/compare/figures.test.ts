import { rm } from "node:fs/promises";
import { dirname } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { compareRun } from "../../src/compare/compare.ts";
import { answerTo, makeRun } from "../fixtures/runs/make-run.ts";

const N = 12;
let folder: string;

beforeAll(async () => {
  folder = await makeRun({
    n: N,
    judges: ["f1", "kappa"],
    checkpoints: [
      { name: "checkpoint-1", step: 1, answer: (i) => answerTo(i < 4 ? 0 : i) },
      { name: "checkpoint-2", step: 2, answer: () => null },
      { name: "checkpoint-3", step: 3, answer: answerTo },
    ],
  });
});

afterAll(() => rm(dirname(folder), { recursive: true }));

it("a comparison has one picture of a kind a task, an entry a checkpoint, none where nothing was answered", async () => {
  const { figures } = await compareRun(folder);
  expect(figures).toMatchObject([{ task: "quiz", kind: "confusion", judge: "f1" }]);
  const [first, second, third] = figures[0]?.figures ?? [];
  if (first?.kind !== "confusion" || third?.kind !== "confusion") throw new Error("there is no matrix");
  expect(second).toBeNull();
  const diagonal = third.counts.map((row, index) => row[index]);
  expect(diagonal).toEqual(third.labels.map(() => 1));
  expect(first.counts[first.labels.indexOf(answerTo(3))]?.[first.labels.indexOf(answerTo(0))]).toBe(1);
});

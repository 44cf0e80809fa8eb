import { describe, expect, it } from "vitest";

import { buildComparison } from "../../src/compare/compare.ts";
import { readRun } from "../../src/compare/run-data.ts";
import { independentDifference } from "../../src/stats/independent-difference.ts";
import { answerTo, makeRun } from "../fixtures/runs/make-run.ts";

/** Right on all of what it learned from, and on one test sample in ten; before training, on one in ten of both. */
const folder = (): Promise<string> =>
  makeRun({
    n: 100,
    train: true,
    checkpoints: [
      { name: "checkpoint-0", step: 0, answer: (i) => (i % 10 === 0 ? answerTo(i) : "no") },
      {
        name: "checkpoint-50",
        step: 50,
        answer: (i, split) => (split === "train" || i % 10 === 0 ? answerTo(i) : "no"),
      },
    ],
  });

describe("the generalisation gap", () => {
  it("is what training samples go better than test samples, with its interval, at every checkpoint", async () => {
    const { learning, rows } = await buildComparison(await readRun(await folder()));
    expect(rows.map(({ key }) => key)).toContain("quiz@train/exact_match");
    const [gap] = learning.gaps;
    expect(gap).toMatchObject({ task: "quiz", metric: "quiz/exact_match" });
    const [before, after] = gap?.checkpoints ?? [];
    expect(before?.gap).toBe(0);
    expect(before?.lo).toBeLessThan(0);
    expect(after).toMatchObject({ gap: 90, train: { value: 100, n: 100 }, test: { value: 10, n: 100 } });
    expect([after?.lo, after?.hi].map((each) => Math.round(each ?? 0))).toEqual([82, 94]);
  });

  it("is said of the checkpoint to ship, and nothing is said where there is none", async () => {
    const { learning } = await buildComparison(await readRun(await folder()), {});
    const said = learning.diagnostics.filter(({ kind }) => kind === "generalisation-gap");
    // Both answer the test alike, so that the first ships: it learned nothing by heart.
    expect(said).toEqual([]);
    const better = await makeRun({
      n: 100,
      train: true,
      checkpoints: [
        { name: "checkpoint-0", step: 0, answer: () => "no" },
        {
          name: "checkpoint-50",
          step: 50,
          answer: (i, split) => (split === "train" || i % 10 === 0 ? answerTo(i) : "no"),
        },
      ],
    });
    const { learning: told } = await buildComparison(await readRun(better));
    expect(told.diagnostics.find(({ kind }) => kind === "generalisation-gap")?.text).toMatch(
      /^quiz, checkpoint-50: quiz\/exact_match is 100\.0 on 100 samples that it learned from and 10\.0 on the test samples, a gap of 90\.0 \[8\d\.\d, 9\d\.\d\]; at checkpoint-0 it was 0\.00; 100 of 100 training targets come back word for word$/,
    );
  });

  it("is unknown without training samples", async () => {
    const plain = await makeRun({
      n: 10,
      checkpoints: [{ name: "checkpoint-0", step: 0, answer: (i) => answerTo(i) }],
    });
    expect((await buildComparison(await readRun(plain))).learning.gaps).toEqual([]);
  });
});

describe("the difference of two independent estimates", () => {
  // Newcombe 1998, Statistics in Medicine 17, table II, method 10, contrast (a): 56/70 − 48/80 = 0.2 [0.0524, 0.3339].
  it("has Newcombe's interval where they are proportions with Wilson's", () => {
    const wilson = (k: number, n: number) => {
      const z = 1.959964;
      const centre = (k + (z * z) / 2) / (n + z * z);
      const half = (z / (n + z * z)) * Math.sqrt((k * (n - k)) / n + (z * z) / 4);
      return { value: k / n, lo: centre - half, hi: centre + half };
    };
    const { value, lo, hi } = independentDifference(wilson(56, 70), wilson(48, 80));
    expect(value).toBeCloseTo(0.2, 10);
    expect(lo).toBeCloseTo(0.0524, 4);
    expect(hi).toBeCloseTo(0.3339, 4);
  });
});

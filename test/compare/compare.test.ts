import { describe, expect, it } from "vitest";

import { compareRun } from "../../src/compare/compare.ts";
import type { SampleView } from "../../src/compare/comparison.ts";
import { readRun } from "../../src/compare/run-data.ts";
import { sampleSource } from "../../src/compare/sample-source.ts";
import { answerTo, makeRun, type MadeCheckpoint } from "../fixtures/runs/make-run.ts";

/** Right on every sample whose number is below `right`. */
const knows = (name: string, step: number, right: number): MadeCheckpoint => ({
  name,
  step,
  answer: (i) => (i < right ? answerTo(i) : "no idea"),
});

const risingThenFalling = [
  { step: 0, evalLoss: 4 },
  { step: 10, trainLoss: 3, evalLoss: 3 },
  { step: 20, trainLoss: 2, evalLoss: 2.5 },
  { step: 30, trainLoss: 1.2, evalLoss: 2.7 },
  { step: 40, trainLoss: 0.7, evalLoss: 3 },
  { step: 50, trainLoss: 0.4, evalLoss: 3.4 },
  { step: 60, trainLoss: 0.2, evalLoss: 3.9 },
];

describe("the comparison of a run", () => {
  it("begins with the checkpoint to ship where there is no training log to speak of", async () => {
    const folder = await makeRun({
      n: 20,
      checkpoints: [knows("checkpoint-10", 10, 2), knows("checkpoint-20", 20, 18)],
    });
    expect((await compareRun(folder)).summary.slice(0, 2)).toEqual([
      expect.stringMatching(/^Ship checkpoint-20: best quiz\/exact_match/u),
      "No training log was given: checkpoints are compared by their scores alone.",
    ]);
  });

  it("says nothing of a variant that has not answered yet", async () => {
    const whole = knows("checkpoint-10", 10, 20);
    const summaryOf = async (variant: MadeCheckpoint): Promise<string> =>
      (await compareRun(await makeRun({ n: 20, checkpoints: [whole, variant] }))).summary.join(" ");
    const variant = { ...whole, name: "int8-10", variantOf: "checkpoint-10" };
    expect(await summaryOf(variant)).not.toContain("every other checkpoint");
    expect(await summaryOf(variant)).toContain("against checkpoint-10: no difference found.");
    expect(await summaryOf({ ...variant, answer: () => undefined })).not.toContain("int8-10");
  });

  it("ships the best checkpoint and names those that are statistically as good", async () => {
    const folder = await makeRun({
      n: 100,
      checkpoints: [knows("checkpoint-10", 10, 20), knows("checkpoint-20", 20, 78), knows("checkpoint-30", 30, 80)],
    });
    const { ship, base, cells, rows } = await compareRun(folder);
    expect(ship).toMatchObject({
      checkpoint: "toy/checkpoint-30",
      step: 30,
      equivalent: ["toy/checkpoint-20", "toy/checkpoint-30"],
    });
    expect(base).toBe("toy/checkpoint-30");
    const [first, second, third] = cells["quiz/exact_match"] ?? [];
    expect(first?.estimate).toMatchObject({ value: 20, n: 100 });
    expect(first?.difference).toMatchObject({ value: -60, broken: 60, fixed: 0, same: 40, significant: true });
    // Two discordant samples, both worse: McNemar's exact p is 2 · (1/2)² = 0.5.
    expect(second?.difference).toMatchObject({ value: -2, p: expect.closeTo(0.5, 12) as number, significant: false });
    expect(third?.difference).toBeNull();
    expect(rows[0]?.detectable).toBeGreaterThan(0);
  });

  it("says whose checkpoint it is where two models have one of the same name", async () => {
    const checkpoints = [
      { ...knows("step-10", 10, 80), model: "small" },
      { ...knows("step-10", 10, 79), model: "large" },
      { ...knows("step-20", 20, 78), model: "large" },
    ];
    const { summary } = await compareRun(await makeRun({ n: 100, checkpoints }));
    expect(summary.join(" ")).toContain("Ship small/step-10: best");
    expect(summary.join(" ")).toContain("Statistically as good on that metric: large/step-10, step-20.");
  });

  it("chooses on the validation samples, not on the test samples", async () => {
    const lucky: MadeCheckpoint = {
      name: "checkpoint-1",
      step: 1,
      answer: (i, split) => (split === "test" ? answerTo(i) : "no"),
    };
    const good: MadeCheckpoint = {
      name: "checkpoint-2",
      step: 2,
      answer: (i, split) => (split === "test" && i % 2 === 0 ? "no" : answerTo(i)),
    };
    const { ship } = await compareRun(await makeRun({ n: 40, validation: true, checkpoints: [lucky, good] }));
    expect(ship).toMatchObject({ checkpoint: "toy/checkpoint-2", metric: "quiz@validation/exact_match" });
  });

  it("compares a variant with its parent", async () => {
    const variant: MadeCheckpoint = { ...knows("pruned", 20, 50), variantOf: "checkpoint-20" };
    const folder = await makeRun({
      n: 100,
      checkpoints: [knows("checkpoint-20", 20, 70), knows("checkpoint-30", 30, 90), variant],
    });
    const { cells, ship } = await compareRun(folder);
    expect(cells["quiz/exact_match"]?.[2]?.difference?.value).toBe(-20);
    expect(ship?.checkpoint).toBe("toy/checkpoint-30");
  });

  it("lets a failed sample lower n, never the mean", async () => {
    const flaky: MadeCheckpoint = { name: "checkpoint-1", step: 1, answer: (i) => (i < 10 ? null : answerTo(i)) };
    const { cells } = await compareRun(await makeRun({ n: 50, checkpoints: [flaky] }));
    expect(cells["quiz/exact_match"]?.[0]).toMatchObject({ estimate: { value: 100, n: 40 }, failed: 10 });
  });

  it("scores slices and counts their samples", async () => {
    const { slices } = await compareRun(await makeRun({ n: 100, checkpoints: [knows("checkpoint-1", 1, 60)] }));
    const values = Object.fromEntries(
      slices.map((slice) => [slice.value, slice.estimates["quiz/exact_match"]?.[0]?.value]),
    );
    expect(values).toEqual({ low: 100, high: 20 });
    expect(slices.map((slice) => slice.n)).toEqual([50, 50]);
  });

  it("finds overfitting in the loss and says when the scores disagree", async () => {
    const checkpoints = [10, 20, 30, 40, 50, 60].map((step) => knows(`checkpoint-${step}`, step, step));
    const { verdict, summary, training, ship } = await compareRun(
      await makeRun({ n: 100, checkpoints, training: risingThenFalling }),
    );
    expect(verdict.kind).toBe("overfit");
    expect(training?.diagnosis.ship).toBe(20);
    expect(ship?.step).toBe(60);
    expect(summary[0]).toContain("Overfitting");
    expect(summary.join(" ")).toContain("Loss and score disagree");
  });

  it("is inconclusive for a run that did not end", async () => {
    const { verdict } = await compareRun(
      await makeRun({ n: 10, state: "interrupted", checkpoints: [knows("checkpoint-1", 1, 5)] }),
    );
    expect(verdict).toMatchObject({ kind: "inconclusive", why: expect.stringContaining("interrupted") });
  });

  it("refuses a base that is not there and names those that are", async () => {
    const folder = await makeRun({ n: 10, checkpoints: [knows("checkpoint-1", 1, 5)] });
    await expect(compareRun(folder, { base: "checkpoint-9" })).rejects.toMatchObject({
      code: "E_USAGE",
      hint: expect.stringContaining("checkpoint-1"),
    });
  });

  it("does not depend on the order in which answers were stored", async () => {
    const checkpoints = [knows("checkpoint-1", 1, 30), knows("checkpoint-2", 2, 45)];
    const plain = await compareRun(await makeRun({ n: 60, checkpoints, judges: ["exact_match", "rouge"] }));
    const shuffled = await compareRun(
      await makeRun({
        n: 60,
        checkpoints,
        judges: ["exact_match", "rouge"],
        order: (ordinals) => ordinals.toReversed(),
      }),
    );
    expect(shuffled.cells).toEqual(plain.cells);
    expect(shuffled.slices).toEqual(plain.slices);
  });
});

describe("the samples of a run", () => {
  it("come in dataset order with every checkpoint's answer, however they were stored", async () => {
    const absent: MadeCheckpoint = {
      name: "checkpoint-2",
      step: 2,
      answer: (i) => (i === 3 ? undefined : i === 4 ? null : answerTo(i)),
    };
    const folder = await makeRun({
      n: 700,
      checkpoints: [knows("checkpoint-1", 1, 100), absent],
      order: (ordinals) => ordinals.toReversed(),
    });
    const views: SampleView[] = [];
    for await (const view of sampleSource(await readRun(folder)).samples()) views.push(view);
    expect(views.map((view) => view.ordinal)).toEqual(Array.from({ length: 700 }, (_, i) => i));
    expect(views[650]).toMatchObject({ id: "q650", references: [answerTo(650)], slices: { half: "high" } });
    expect(views[650]?.outputs.map((output) => output?.scores["exact_match"])).toEqual([0, 100]);
    expect(views[3]?.outputs[1]).toBeNull();
    expect(views[4]?.outputs[1]).toMatchObject({ error: { message: "no answer" }, scores: { exact_match: null } });
  });
});

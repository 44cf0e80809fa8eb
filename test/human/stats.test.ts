import { describe, expect, it } from "vitest";

import type { HumanAnswer, HumanKey } from "../../src/human/sheet.ts";
import { humanStats } from "../../src/human/stats/index.ts";
import { judgeAgreement } from "../../src/human/stats/judge-agreement.ts";
import { judgedItems } from "../../src/human/stats/judged-item.ts";
import { weightedMean } from "../../src/stats/weighted-mean.ts";
import { CHECKPOINTS, sheetOf, viewMetrics, type Drawing } from "./sheet.ts";

/** Everybody answers everything; `say` sees what no rater does. */
async function answered(
  drawing: Drawing,
  raters: readonly string[],
  say: (rater: string, left: string, index: number) => string,
): Promise<{ readonly key: HumanKey; readonly answers: HumanAnswer[] }> {
  const { key } = await sheetOf(drawing);
  const answers = raters.flatMap((rater) =>
    Object.entries(key.entries).map(([item, { checkpoints }], index) => ({
      item,
      rater,
      value: say(rater, checkpoints[0] ?? "", index),
    })),
  );
  return { key, answers };
}

describe("what people said", () => {
  it("finds a checkpoint that always wins, whichever side it stood on", async () => {
    const { key, answers } = await answered({ n: 50, repeat: 0.2 }, ["ann"], (_, left) =>
      left === "m/two" ? "A" : "B",
    );
    const stats = humanStats(key, answers);
    expect(stats.pairs).toMatchObject([{ a: "m/one", b: "m/two", wins: 0, losses: 50, ties: 0, identical: 40 }]);
    expect(stats.pairs[0]?.p).toBeLessThan(1e-10);
    // 160 samples lost and 40 ties that nobody was asked about.
    expect(stats.pairs[0]?.winRate?.value).toBeCloseTo(0.1);
    expect(stats.strengths).toBeNull();
    expect(stats.position).toMatchObject({ first: 30, picked: 60, expected: 0.5, p: 1 });
    expect(stats.raters[0]?.steady).toEqual({ same: 10, of: 10 });
  });

  it("finds a rater who always takes the left, and calls it a bias", async () => {
    const { key, answers } = await answered({ n: 50, repeat: 0.2 }, ["ann"], () => "A");
    const stats = humanStats(key, answers);
    expect(stats.position?.rate?.value).toBe(1);
    expect(stats.position?.p).toBeLessThan(1e-10);
    expect(stats.pairs[0]?.p).toBe(1);
    expect(stats.raters[0]?.steady).toEqual({ same: 0, of: 10 });
  });

  it("orders three checkpoints by strength", async () => {
    const order = ["m/three", "m/one", "m/two"];
    const { key, answers } = await answered({ n: 90, repeat: 0, chosen: CHECKPOINTS }, ["ann"], (_, left, index) =>
      index % 5 === 0 ? "tie" : left === order[0] ? "A" : left === order[2] ? "B" : index % 2 === 0 ? "A" : "B",
    );
    const strengths = Object.entries(humanStats(key, answers).strengths ?? {}).toSorted(
      (x, y) => y[1].value - x[1].value,
    );
    expect(strengths.map(([name]) => name)).toEqual(order);
  });

  it("weighs ratings by what they stand for", async () => {
    const { key, answers } = await answered(
      { form: "rating", n: 60, repeat: 0, chosen: ["m/one"] },
      ["ann"],
      () => "3",
    );
    const rare = new Set(
      Object.entries(key.entries).flatMap(([id, { stratum }]) => (stratum === "rarity=rare" ? [id] : [])),
    );
    expect(rare.size).toBeGreaterThan(10);
    const marked = answers.map((answer) => ({ ...answer, value: rare.has(answer.item) ? "5" : "1" }));
    const [{ mean } = { mean: null }] = humanStats(key, marked).means;
    // One sample in eight is rare, though far more than one item in eight is.
    expect(mean?.value).toBeCloseTo(1 + 4 / 8);
    expect(mean?.method).toMatch(/^t-95 \(weighted, n_eff [\d.]+\)$/u);
    expect(mean?.n).toBe(60);
  });

  it("is Wilson's interval where all weigh the same", () => {
    const values = Array.from({ length: 100 }, (_, i) => ({ value: i < 55 ? 1 : 0, weight: 2 }));
    const estimate = weightedMean(values, { range: [0, 1], isShare: true });
    // 55 of 100: 45.2 to 64.4 %, by any table.
    expect([estimate?.lo, estimate?.hi]).toEqual([expect.closeTo(0.452, 3), expect.closeTo(0.644, 3)]);
  });

  it("measures how raters agree, with answers missing, and points at the one who guesses", async () => {
    const guess = (index: number): string => ["A", "B"][(index * 7919) % 2] ?? "A";
    const { key, answers } = await answered({ n: 60, repeat: 0 }, ["ann", "bob", "eve", "mal"], (rater, left, index) =>
      rater === "mal" ? guess(index + (left === "m/two" ? 1 : 0)) : left === "m/two" ? "A" : "B",
    );
    const stats = humanStats(
      key,
      answers.filter((_, index) => index % 9 !== 0),
    );
    expect(stats.agreement.raters).toBe(4);
    expect(stats.agreement.cohen).toBeNull();
    expect(stats.agreement.krippendorff).toBeGreaterThan(0.2);
    expect(stats.agreement.krippendorff).toBeLessThan(0.667);
    expect(stats.agreement.isTentative).toBe(true);
    expect(stats.raters.filter(({ isOutlier }) => isOutlier).map(({ rater }) => rater)).toEqual(["mal"]);
  });

  it("agrees with itself: two equal raters have every coefficient at 1", async () => {
    const { key, answers } = await answered({ form: "correct", n: 30, repeat: 0 }, ["ann", "bob"], (_, __, index) =>
      index % 3 === 0 ? "no" : "yes",
    );
    expect(humanStats(key, answers).agreement).toMatchObject({
      percent: 1,
      cohen: 1,
      fleiss: 1,
      krippendorff: 1,
      isTentative: false,
    });
  });

  it("marks gold items and keeps them out of every score", async () => {
    const gold = [
      { prompt: "1+1?", answers: ["2"], expected: "yes" },
      { prompt: "1+2?", answers: ["2"], expected: "no" },
    ];
    const { key, answers } = await answered({ form: "correct", n: 20, repeat: 0, gold }, ["ann"], () => "yes");
    const stats = humanStats(key, answers);
    expect([stats.judged, stats.raters[0]?.gold]).toEqual([20, { right: 1, of: 2 }]);
  });

  it("sets every metric beside people, the right way round", async () => {
    const { key, answers } = await answered({ n: 40, repeat: 0 }, ["ann"], (_, left) => (left === "m/two" ? "A" : "B"));
    const found = judgeAgreement(judgedItems(key, answers), viewMetrics(), "pairwise");
    expect(found.map(({ metric, n, accuracy }) => [metric, n, accuracy?.value])).toEqual([
      ["qa/good", 40, 1],
      ["qa/bad", 40, 1],
    ]);
  });

  it("gives each checkpoint of a choice its share, those with the same answer together", async () => {
    const { key, answers } = await answered(
      { form: "choice", chosen: CHECKPOINTS, n: 60, repeat: 0.2 },
      ["ann"],
      () => "A",
    );
    const entries = Object.fromEntries(
      Object.entries(key.entries).map(([id, entry]) => [
        id,
        // Every answer of the first stands for the third's too.
        entry.checkpoints.includes("m/one")
          ? {
              ...entry,
              checkpoints: entry.checkpoints.filter((each) => each !== "m/three"),
              same: { "m/one": ["m/three"] },
            }
          : entry,
      ]),
    );
    const voted = answers.map((answer) => {
      const at = entries[answer.item]?.checkpoints.indexOf("m/one") ?? 0;
      return { ...answer, value: ["A", "B"][at] ?? "A" };
    });
    const stats = humanStats({ ...key, entries, identical: [] }, voted);
    expect(Object.fromEntries(stats.means.map(({ checkpoint, mean }) => [checkpoint, mean?.value]))).toEqual({
      "m/one": expect.closeTo(0.5),
      "m/three": expect.closeTo(0.5),
      "m/two": 0,
    });
    expect(stats.raters[0]?.steady).toEqual({ same: 12, of: 12 });
  });

  it("says how kind a judge is, and what people say where it says so much", async () => {
    const { key, answers } = await answered(
      { form: "correct", chosen: ["m/one"], n: 100, repeat: 0 },
      ["ann"],
      (_, __, index) => (index % 2 === 0 ? "yes" : "no"),
    );
    const said = new Map(answers.map(({ item, value }) => [key.entries[item]?.sample ?? "", value]));
    // Right about the order, and twenty points too kind.
    const metric = {
      key: "qa/judge",
      task: "qa",
      higherIsBetter: true,
      range: [0, 1] as const,
      scoreOf: (sample: string) => (said.get(sample) === "yes" ? 1 : 0.4),
    };
    const [found] = judgeAgreement(judgedItems(key, answers), [metric], "correct");
    expect(found).toMatchObject({
      n: 100,
      spearman: { value: expect.closeTo(1) },
      kappa: null,
      gap: { bias: expect.closeTo(0.2), error: expect.closeTo(0.2) },
    });
    expect(found?.calibration.map(({ lo, hi, n, people }) => [lo, hi, n, people?.value])).toEqual([
      [0.4, 0.4, 50, 0],
      [1, 1, 50, 1],
    ]);
    const [turned] = judgeAgreement(
      judgedItems(key, answers),
      [{ ...metric, higherIsBetter: false, scoreOf: (sample) => (said.get(sample) === "yes" ? 0 : 1) }],
      "correct",
    );
    expect(turned).toMatchObject({
      spearman: { value: expect.closeTo(1) },
      kappa: 1,
      gap: { bias: expect.closeTo(0) },
    });
  });
});

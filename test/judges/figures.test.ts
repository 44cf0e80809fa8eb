import { expect, it, test } from "vitest";

import { accuracy } from "../../judges/accuracy.ts";
import { calibration } from "../../judges/calibration.ts";
import { f1 } from "../../judges/f1.ts";
import type { Judge, JudgeFigure } from "../../src/core/judge.ts";
import { likelihoods, metricOf, sampleWith, statsOf, total, written } from "./samples.ts";

const CHOICES = ["up", "down"];

function figureOf(judge: Judge, stats: readonly never[]): JudgeFigure | null {
  const collector = judge.figure?.();
  for (const each of stats) collector?.add(each);
  return collector?.finish() ?? null;
}

test.each(["width", "mass"])(
  "the diagram of calibration shows the bins of %s that its error is made of",
  async (binning) => {
    const judge = calibration.create({ bins: 4, binning }, { choices: CHOICES });
    const stats: never[] = [];
    for (let i = 0; i < 40; i++) {
      const up = 0.02 + (i * 0.96) / 39;
      const sample = sampleWith([i % 3 === 0 ? "up" : "down"], CHOICES);
      stats.push(statsOf(await judge.score(likelihoods(Math.log(up), Math.log(1 - up)), sample)) as never);
    }
    const figure = figureOf(judge, stats);
    if (figure?.kind !== "reliability") throw new Error("it drew something else");
    const gap = figure.bins.reduce((sum, bin) => sum + (bin.count / 40) * Math.abs(bin.accuracy - bin.confidence), 0);
    expect(gap).toBeCloseTo(total(metricOf(judge, "ece"), stats), 9);
    expect(figure.bins.reduce((sum, { count }) => sum + count, 0)).toBe(40);
    for (const { lo, hi, confidence } of figure.bins) {
      expect(confidence).toBeGreaterThan(lo);
      expect(confidence).toBeLessThanOrEqual(hi);
    }
  },
);

async function labelled(judge: Judge, pairs: readonly (readonly [said: string, truth: string])[]): Promise<never[]> {
  const stats: never[] = [];
  for (const [said, truth] of pairs)
    stats.push(statsOf(await judge.score(written(said), sampleWith([truth], CHOICES))) as never);
  return stats;
}

test.each([accuracy, f1])(
  "the matrix of $name counts what was taken for what, answers that are none of it last",
  async (module) => {
    const judge = module.create({}, { choices: CHOICES });
    const pairs = [
      ["up", "up"],
      ["up", "up"],
      ["down", "up"],
      ["sideways", "down"],
      ["down", "down"],
    ] as const;
    expect(figureOf(judge, await labelled(judge, pairs))).toEqual({
      kind: "confusion",
      labels: CHOICES,
      counts: [
        [2, 1, 0],
        [0, 1, 1],
      ],
    });
  },
);

it("draws no matrix of free text, and nothing of no answers", () => {
  const judge = f1.create({}, {});
  const stats = Array.from({ length: 70 }, (_, i) => ({ predicted: `word ${i}`, target: `word ${i}` }) as never);
  expect(figureOf(judge, stats.slice(0, 50))).not.toBeNull();
  expect(figureOf(judge, stats)).toBeNull();
  expect(figureOf(judge, [])).toBeNull();
  expect(figureOf(accuracy.create({}, {}), [])).toBeNull();
});

test("judges say what they read in an answer", async () => {
  const explained = async (judge: Judge, said: string): Promise<string | null | undefined> =>
    judge.explain?.(statsOf(await judge.score(written(said), sampleWith(["up"], CHOICES))) as never);
  for (const module of [accuracy, f1]) {
    const judge = module.create({}, { choices: CHOICES });
    expect(await explained(judge, "down")).toBe("read as down");
    expect(await explained(judge, "sideways")).toMatch(/^no (choice|label) to read$/u);
  }
  const sure = calibration.create({}, { choices: CHOICES });
  const stats = statsOf(await sure.score(likelihoods(Math.log(0.9), Math.log(0.1)), sampleWith(["up"], CHOICES)));
  expect(sure.explain?.(stats)).toBe("90 % sure");
});

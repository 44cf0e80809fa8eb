import * as fc from "fast-check";
import { expect, it } from "vitest";

import { wer } from "../../judges/wer.ts";
import { anyText, judged, metricOf, statsOf, total, valueOf } from "./samples.ts";

const ALL = ["wer", "cer", "mer", "wil", "wip"];

it("sums counts over samples before it divides", async () => {
  const judge = wer.create({ rates: ALL }, {});
  const stats = [
    statsOf(await judged(judge, "a b x d", "a b c d")),
    statsOf(await judged(judge, "y", "z")),
    statsOf(await judged(judge, "", "e f g")),
  ];
  expect(total(metricOf(judge, "wer"), stats)).toBeCloseTo(100 * (5 / 8), 9);
  expect(total(metricOf(judge, "wip"), stats)).toBeCloseTo(100 * (3 / 8) * (3 / 5), 9);
});

it("takes the reference with the lowest word error rate", async () => {
  expect(await valueOf(wer.create({}, {}), "wer", "left or right", "up", "left and right")).toBeCloseTo(100 / 3, 9);
});

it("can ignore case and punctuation of any script", async () => {
  const judge = wer.create({ ignore_case: true, ignore_punctuation: true }, {});
  expect(await valueOf(judge, "wer", "well, “yes”。", "Well yes")).toBe(0);
  expect(await valueOf(wer.create({}, {}), "wer", "well, yes", "Well yes")).toBe(50);
});

it("is zero for a text against itself, and has only the word information preserved rising with quality", () => {
  const judge = wer.create({ rates: ALL }, {});
  expect(judge.metrics.filter((metric) => metric.higherIsBetter).map((metric) => metric.name)).toEqual(["wip"]);
  return fc.assert(
    fc.asyncProperty(anyText(), async (text) => {
      const stats = statsOf(await judged(judge, text, text));
      expect(judge.metrics.map((metric) => metric.perSample(stats))).toEqual([0, 0, 0, 0, 100]);
    }),
  );
});

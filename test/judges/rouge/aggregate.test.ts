import { expect, it } from "vitest";

import { aggregate } from "../../../judges/rouge/aggregate.ts";

const same = { precision: 0.5, recall: 0.25, fmeasure: 1 / 3 };

it("gives the score itself where all samples score alike", () => {
  const { low, mid, high } = aggregate([same, same], { draw: () => 1, resamples: 10 });
  for (const bound of [low, mid, high]) {
    expect(bound.precision).toBeCloseTo(0.5, 12);
    expect(bound.fmeasure).toBeCloseTo(1 / 3, 12);
  }
});

it("orders the bounds, and takes the median of the resamples for the middle", () => {
  const scores = [0, 0.4, 1].map((value) => ({ precision: value, recall: value, fmeasure: value }));
  // Three resamples, each of one score drawn three times.
  const draws = [0, 0, 0, 2, 2, 2, 1, 1, 1];
  const { low, mid, high } = aggregate(scores, { draw: () => draws.shift() as number, resamples: 3, level: 1 });
  expect([low.recall, mid.recall, high.recall].map((value) => Number(value.toFixed(12)))).toEqual([0, 0.4, 1]);
});

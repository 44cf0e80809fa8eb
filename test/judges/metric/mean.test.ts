import * as fc from "fast-check";
import { expect, it } from "vitest";

import { meanMetric, proportionMetric } from "../../../judges/metric/mean.ts";
import { total } from "../samples.ts";

it("is the mean of the samples' own values, in the metric's unit", () => {
  const percent = meanMetric<number>({ name: "share" }, (stats) => stats);
  const plain = meanMetric<number>({ name: "size", unit: "number", range: [0, 9] }, (stats) => stats);
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (stats) => {
      for (const metric of [percent, plain]) {
        const values = stats.map((one) => metric.perSample(one));
        expect(total(metric, stats)).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 8);
      }
    }),
  );
  expect([percent.range, plain.range]).toEqual([
    [0, 100],
    [0, 9],
  ]);
});

it("marks a percentage of samples as a proportion of zeros and ones", () => {
  const metric = proportionMetric<boolean>({ name: "ok" }, (stats) => stats);
  const { proportion, mean, scale, rows } = metric.sufficient([true, false, true]);
  expect({ proportion, mean, scale, rows: [...rows] }).toEqual({
    proportion: true,
    mean: true,
    scale: 100,
    rows: [1, 0, 1],
  });
});

import { array, assert, double, property } from "fast-check";
import { describe, expect, it } from "vitest";

import { createHistogram } from "../../src/load/histogram.ts";

describe("a histogram of durations", () => {
  it("gives every quantile to a tenth of a per cent, and mean and extremes exactly", () => {
    const durations = array(double({ min: 0.002, max: 900_000, noNaN: true }), { minLength: 1, maxLength: 400 });
    assert(
      property(durations, double({ min: 0.001, max: 1, noNaN: true }), (values, q) => {
        const histogram = createHistogram();
        for (const value of values) histogram.add(value);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.ceil(q * values.length) - 1] as number;
        expect(Math.abs(histogram.quantile(q) - exact) / exact).toBeLessThan(0.001);
        expect(histogram.min).toBe(sorted[0]);
        expect(histogram.max).toBe(sorted.at(-1));
        expect(histogram.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 6);
      }),
    );
  });

  it("keeps what lies outside its buckets at its extremes", () => {
    const histogram = createHistogram();
    for (const value of [0, 0, 1e9]) histogram.add(value);
    expect([histogram.quantile(0.5), histogram.quantile(1)]).toEqual([0, 1e9]);
  });

  it("has no quantile of nothing", () => {
    expect(createHistogram().quantile(0.5)).toBeNaN();
    expect(createHistogram().mean).toBeNaN();
  });
});

import * as fc from "fast-check";
import { expect, it } from "vitest";

import { binEdges, binOf, binsOf, calibrationError } from "../../../judges/calibration/bins.ts";
import { brier, logLoss, softmax } from "../../../judges/calibration/scores.ts";

const confidence = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.25, 0.5, 1));

it("puts every confidence into the bin whose edges enclose it, zero into the first", () => {
  fc.assert(
    fc.property(
      fc.array(confidence, { minLength: 1 }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom("width", "mass"),
      (all, bins, binning) => {
        const edges = binEdges(binning, bins, all);
        expect(edges.at(-1)).toBe(1);
        expect(edges.length).toBeLessThanOrEqual(bins);
        for (const value of all) {
          const bin = binOf(edges, value);
          expect(value).toBeLessThanOrEqual(edges[bin] as number);
          if (bin > 0) expect(value).toBeGreaterThan(edges[bin - 1] as number);
        }
      },
    ),
  );
});

it("fills bins of equal mass equally where no confidences are tied", () => {
  const all = Array.from({ length: 12 }, (_, index) => (index + 0.5) / 20);
  const edges = binEdges("mass", 4, all);
  const counts = [0, 0, 0, 0];
  for (const value of all) counts[binOf(edges, value)] = (counts[binOf(edges, value)] as number) + 1;
  expect(counts).toEqual([3, 3, 3, 3]);
});

it("measures the gap between accuracy and confidence, and ignores empty bins", () => {
  // Samples, right answers, summed confidence.
  const errors = calibrationError(binsOf([4, 1, 2, 0, 0, 0, 6, 6, 5.4]));
  expect(errors.ece).toBeCloseTo(0.4 * 0.25 + 0.6 * 0.1, 12);
  expect(errors.mce).toBeCloseTo(0.25, 12);
  expect(errors.rmsce).toBeCloseTo(Math.sqrt(0.4 * 0.0625 + 0.6 * 0.01), 12);
  expect(calibrationError(binsOf([0, 0, 0])).ece).toBeNaN();
});

it("makes probabilities of any log-probabilities", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double({ min: -800, max: 0, noNaN: true }), fc.constant(-Infinity)), { minLength: 1 }),
      (logprobs) => {
        const all = softmax(logprobs);
        expect(all.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
        expect(logLoss(all[0] as number)).toBeGreaterThanOrEqual(0);
        expect(brier(all, 0)).toBeLessThanOrEqual(2 + 1e-9);
      },
    ),
  );
  expect(logLoss(0)).toBeLessThan(37);
  expect(brier([0.5, 0.5], 1)).toBe(0.5);
});

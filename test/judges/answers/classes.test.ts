import * as fc from "fast-check";
import { expect, it } from "vitest";

import { averageF1, balancedAccuracy, classCounts, matthews } from "../../../judges/answers/class-counts.ts";
import { classReport } from "../../../judges/answers/class-report.ts";
import { cohenKappa, confusionMatrix } from "../../../judges/answers/confusion.ts";

const CLASSES = 4;
const pairs = fc.array(fc.tuple(fc.nat({ max: CLASSES - 1 }), fc.nat({ max: CLASSES - 1 })), {
  minLength: 1,
  maxLength: 40,
});

function confusionOf(samples: readonly (readonly [number, number])[]): number[][] {
  const confusion = confusionMatrix(
    samples.map(([truth]) => truth),
    samples.map(([, predicted]) => predicted),
    CLASSES,
  );
  return confusion.map((row) => Array.from(row));
}

it("reports precision, recall and F1 as counted by hand", () => {
  // Rows true, columns predicted.
  const report = classReport(
    classCounts([
      [3, 1],
      [2, 4],
    ]),
  );
  expect(report.perClass[0]).toEqual({ precision: 3 / 5, recall: 3 / 4, f1: 6 / 9, support: 4 });
  expect(report.micro).toEqual({ precision: 0.7, recall: 0.7, f1: 0.7 });
  expect(report.weighted.recall).toBeCloseTo(0.7, 12);
});

it("averages F1 over the classes that occur, as the report does where all of them occur", () => {
  fc.assert(
    fc.property(pairs, (samples) => {
      const everyClass = [...samples, ...Array.from({ length: CLASSES }, (_, c) => [c, c] as const)];
      const counts = classCounts(confusionOf(everyClass));
      const report = classReport(counts);
      for (const average of ["macro", "micro", "weighted"] as const) {
        expect(averageF1(counts, average)).toBeCloseTo(report[average].f1, 12);
      }
    }),
  );
  expect(averageF1([5, 5, 5, 0, 0, 0], "macro")).toBe(1);
  expect(averageF1([0, 0, 0], "macro")).toBe(0);
});

it("takes the given value for a ratio without a denominator, and leaves NaN out of averages", () => {
  const counts = classCounts([
    [2, 0],
    [0, 0],
  ]);
  expect(classReport(counts, 1).macro.precision).toBe(1);
  expect(classReport(counts, 0).macro.precision).toBe(0.5);
  expect(classReport(counts, Number.NaN).macro).toEqual({ precision: 1, recall: 1, f1: 1 });
});

it("keeps Matthews' correlation between −1 and 1, at 1 for perfect answers and at 0 for constant ones", () => {
  fc.assert(
    fc.property(pairs, (samples) => {
      const value = matthews(classCounts(confusionOf(samples)), samples.length);
      expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12);
      const perfect = samples.map(([truth]) => [truth, truth] as const);
      const several = new Set(perfect.map(([truth]) => truth)).size > 1;
      expect(matthews(classCounts(confusionOf(perfect)), perfect.length)).toBeCloseTo(several ? 1 : 0, 12);
      const constant = samples.map(([truth]) => [truth, 0] as const);
      expect(matthews(classCounts(confusionOf(constant)), constant.length)).toBe(0);
    }),
  );
});

it("counts samples without an answer as one more class in Matthews' correlation", () => {
  // True 0 answered 0, true 1 answered 1, true 1 without an answer; against the same with a third label for none.
  const withNone = matthews([1, 1, 1, 1, 1, 2], 3);
  const third = matthews(
    classCounts([
      [1, 0, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]),
    3,
  );
  expect(withNone).toBeCloseTo(third, 12);
});

it("is the mean recall of the classes that were true", () => {
  expect(
    balancedAccuracy(
      classCounts([
        [8, 2, 0],
        [1, 0, 1],
        [0, 0, 0],
      ]),
    ),
  ).toBeCloseTo(0.4, 12);
});

it("gives kappa 1 for agreement, and weighs far disagreements more only with weights", () => {
  const near = [
    [3, 1, 0],
    [0, 3, 0],
    [0, 0, 3],
  ];
  const far = [
    [3, 0, 1],
    [0, 3, 0],
    [0, 0, 3],
  ];
  expect(
    cohenKappa([
      [3, 0],
      [0, 2],
    ]),
  ).toBe(1);
  expect(cohenKappa(near)).toBeCloseTo(cohenKappa(far), 12);
  for (const weights of ["linear", "quadratic"] as const) {
    expect(cohenKappa(near, weights)).toBeGreaterThan(cohenKappa(far, weights));
  }
});

it("lets a missing answer weigh as much as the worst one in kappa", () => {
  const worst = [
    [3, 0, 1],
    [0, 3, 0],
    [0, 0, 3],
  ];
  const missing = [
    [3, 0, 0, 1],
    [0, 3, 0, 0],
    [0, 0, 3, 0],
  ];
  expect(cohenKappa(missing, "quadratic")).toBeLessThan(1);
  expect(cohenKappa(missing, "quadratic")).toBeCloseTo(cohenKappa(worst, "quadratic"), 1);
});

import * as fc from "fast-check";
import { expect, it } from "vitest";

import { averagePrecision, rocAuc } from "../../../judges/answers/ranking.ts";

const samples = fc.array(fc.record({ score: fc.nat({ max: 8 }).map((n) => n / 8), positive: fc.boolean() }), {
  maxLength: 30,
});

it("is the share of positive and negative pairs in the right order, ties counting half", () => {
  fc.assert(
    fc.property(samples, (all) => {
      const positives = all.filter((one) => one.positive);
      const negatives = all.filter((one) => !one.positive);
      const right = positives.flatMap((p) =>
        negatives.map((n) => (p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0)),
      );
      const expected = right.reduce<number>((sum, value) => sum + value, 0) / right.length;
      if (right.length === 0) expect(rocAuc(all)).toBeNaN();
      else expect(rocAuc(all)).toBeCloseTo(expected, 12);
    }),
  );
});

it("averages the precision at each positive sample where no scores are tied", () => {
  const ranked = [true, false, true, true, false].map((positive, index) => ({ positive, score: 1 - index / 10 }));
  expect(averagePrecision(ranked)).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3, 12);
  expect(averagePrecision([{ positive: false, score: 1 }])).toBe(0);
});

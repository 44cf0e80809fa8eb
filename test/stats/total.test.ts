import { describe, expect, it } from "vitest";

import { hasInterval } from "../../src/core/estimate.ts";
import type { Sufficient } from "../../src/core/sufficient.ts";
import { estimate } from "../../src/stats/estimate.ts";
import { pairedDifference } from "../../src/stats/paired.ts";

const scores = (right: number, n: number): Sufficient => ({
  n,
  width: 1,
  rows: Float64Array.from({ length: n }, (_, i) => (i < right ? 1 : 0)),
  proportion: true,
  mean: true,
  scale: 100,
  value: (sums, count) => ((sums[0] as number) / count) * 100,
});

const total = (share: number, of: number | null): Sufficient => ({
  ...scores(0, 1),
  rows: Float64Array.of(share),
  proportion: false,
  total: { of, range: [0, 100] },
});

const differenceOf = (a: Sufficient, b: Sufficient): ReturnType<typeof pairedDifference> =>
  pairedDifference(a, b, { seed: 1, perSampleA: a.rows, perSampleB: b.rows });

describe("a total over samples that nobody has any more", () => {
  it("has the interval that its right and wrong samples would have had", () => {
    const whole = estimate(scores(123, 200), { seed: 1 });
    const left = estimate(total(123 / 200, 200), { seed: 1 });
    expect(left).toMatchObject({ n: 200, method: "wilson-95 (of a total)" });
    for (const bound of ["value", "lo", "hi"] as const) expect(left?.[bound]).toBeCloseTo(whole?.[bound] ?? 0, 9);
  });

  it("has a value and no interval where it is not known over how many", () => {
    const found = estimate(total(0.615, null), { seed: 1 });
    expect(found).toMatchObject({ value: 61.5, lo: 61.5, hi: 61.5 });
    expect(found !== null && hasInterval(found)).toBe(false);
  });

  it("differs from another as two independent shares do", () => {
    // z of 56/70 and 48/80, pooled, by hand: 0.2 / sqrt(104/150 * 46/150 * (1/70 + 1/80)) = 2.6500, p = 0.00805.
    // Newcombe (1998), table II, row (a), method 10: 0.0524 to 0.3339.
    const found = differenceOf(total(48 / 80, 80), total(56 / 70, 70));
    expect(found).toMatchObject({ n: 70, value: expect.closeTo(20, 9) as number });
    expect(found.lo).toBeCloseTo(5.24, 2);
    expect(found.hi).toBeCloseTo(33.39, 2);
    expect(found.p).toBeCloseTo(0.00805, 5);
  });

  it("differs from itself in nothing, and from one without its error in nothing that could be told from noise", () => {
    expect(differenceOf(total(0.5, 80), total(0.5, 80))).toMatchObject({ value: 0, p: 1 });
    expect(differenceOf(total(0.5, 80), total(0.9, null))).toMatchObject({ value: 40, p: 1 });
  });
});

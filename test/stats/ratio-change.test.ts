import { describe, expect, it } from "vitest";

import { numpyMt19937 } from "../../src/stats/mt19937.ts";
import { normalQuantile } from "../../src/stats/normal.ts";
import { pairedDifference } from "../../src/stats/paired.ts";
import { quantileChange } from "../../src/stats/quantile-change.ts";
import { ratioChange, ratioToNext } from "../../src/stats/ratio-change.ts";

/** Log-normal times of the same things twice, each thing with a time of its own. */
function times(n: number, seed: number): readonly [base: Float64Array, head: Float64Array] {
  const random = numpyMt19937(seed);
  const normal = (): number => normalQuantile(Math.min(1 - 1e-12, Math.max(1e-12, random.double())));
  const base = new Float64Array(n);
  const head = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const own = 6 + 0.8 * normal();
    base[i] = Math.exp(own + 0.3 * normal());
    head[i] = Math.exp(own + 0.3 * normal());
  }
  return [base, head];
}

describe("a ratio between two measurements of the same things", () => {
  it("is the geometric mean of the ratios, tested as paired t tests their logarithms", () => {
    // Neighbours that do not lean on each other: nothing is added to the error.
    const [base, head] = times(10, 4);
    const change = ratioChange(base, head, { alpha: 0.05 });
    const logs = (values: Float64Array): Float64Array => values.map(Math.log);
    const rows = (values: Float64Array) => ({
      n: 10,
      width: 1,
      rows: logs(values),
      proportion: false,
      mean: true,
      scale: 1,
      value: (sums: Float64Array, n: number) => (sums[0] ?? 0) / n,
    });
    const paired = pairedDifference(rows(base), rows(head), {
      seed: 1,
      level: 0.9,
      perSampleA: logs(base),
      perSampleB: logs(head),
    });
    expect(change.value).toBeCloseTo(Math.expm1(paired.value), 12);
    expect(change.lo).toBeCloseTo(Math.expm1(paired.lo), 12);
    expect(change.hi).toBeCloseTo(Math.expm1(paired.hi), 12);
    expect(change.p).toBeCloseTo(paired.value > 0 ? paired.p / 2 : 1 - paired.p / 2, 12);
    expect(change.test).toBe("paired-t (10 blocks)");
  });

  it("takes neighbours that were slow together for one observation", () => {
    const base = new Float64Array(400).fill(10);
    // Every stretch of 40 was slowed or sped up as a whole: ten observations, not four hundred.
    const head = base.map(
      (x, i) => x * Math.exp([0.3, -0.2, 0.25, -0.1, 0.3, -0.3, 0.2, 0.1, -0.2, 0.15][Math.floor(i / 40)] ?? 0),
    );
    const change = ratioChange(base, head, { alpha: 0.05 });
    expect(change.value).toBeCloseTo(Math.expm1(0.05), 9);
    expect(change.p).toBeGreaterThan(0.2);
    const mixed = Float64Array.from(head, (_, i) => head[(i * 41) % 400] ?? 0);
    expect(ratioChange(base, mixed, { alpha: 0.05 }).p).toBeLessThan(0.001);
  });

  it("says nothing of equal times, and all of equally slower ones", () => {
    const [base] = times(50, 5);
    expect(ratioChange(base, base, { alpha: 0.05 })).toMatchObject({ value: 0, lo: 0, hi: 0, p: 1 });
    const slower = ratioChange(
      base,
      base.map((x) => 1.2 * x),
      { alpha: 0.05 },
    );
    expect(slower.value).toBeCloseTo(0.2, 9);
    expect(slower.p).toBeLessThan(1e-9);
    expect(() => ratioChange(base.slice(0, 9), base.slice(0, 9), { alpha: 0.05 })).toThrow(RangeError);
  });
});

describe("a change of a quantile", () => {
  it("sees a tail that grew where the middle did not, and nothing where nothing changed", () => {
    const [base, head] = times(400, 11);
    const options = { share: 0.95, alpha: 0.05, seed: 1 };
    expect(quantileChange(base, base, options)).toMatchObject({ value: 0, lo: 0, hi: 0, p: 1 });
    const tail = base.map((x, i) => (i % 8 === 0 ? 8 * x : x));
    const changed = quantileChange(base, tail, options);
    expect(changed.lo).toBeGreaterThan(0.3);
    expect(changed.p).toBeLessThan(0.001);
    expect(quantileChange(base, tail, { ...options, share: 0.5 }).value).toBeLessThan(0.3);
    expect(quantileChange(base, head, options).p).toBeGreaterThan(0.02);
  });

  it("rounds ranks of very many values, and hardly anything by it", () => {
    const [base, head] = times(30_000, 13);
    const slower = head.map((x) => 1.1 * x);
    const { value, lo, hi, p } = quantileChange(base, slower, { share: 0.95, alpha: 0.05, seed: 1 });
    expect(value).toBeGreaterThan(0.05);
    expect(value).toBeLessThan(0.15);
    expect(lo).toBeLessThan(0.1);
    expect(hi).toBeGreaterThan(0.1);
    expect(p).toBeLessThan(0.001);
  });

  it("finds something in about one of twenty pairs that did not change", () => {
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const [base, head] = times(120, 100 + seed);
      if (quantileChange(base, head, { share: 0.95, alpha: 0.05, seed }).p < 0.05) found++;
    }
    expect(found).toBeGreaterThan(0);
    expect(found).toBeLessThan(20);
  });
});

describe("one more run held against earlier ones", () => {
  it("is Student's prediction on logarithms", () => {
    const change = ratioToNext([1, Math.exp(0.1), Math.exp(0.2)], Math.exp(0.5), { alpha: 0.05 });
    expect(change.value).toBeCloseTo(Math.expm1(0.4), 12);
    // t = 0.4/(0.1·√(4/3)) with 2 degrees of freedom: p = ½(1 − t/√(t² + 2)).
    const t = 0.4 / (0.1 * Math.sqrt(4 / 3));
    expect(change.p).toBeCloseTo(0.5 * (1 - t / Math.sqrt(t * t + 2)), 9);
    expect(change.lo).toBeLessThan(0.4);
    expect(change.test).toBe("prediction-t (3 runs)");
    expect(() => ratioToNext([1, 1], 2, { alpha: 0.05 })).toThrow("too few");
  });

  it("does not take a meter's last digit for a change where the earlier ones were equal", () => {
    const earlier = [4096, 4096, 4096, 4096];
    expect(ratioToNext(earlier, 4097, { alpha: 0.05 }).p).toBeGreaterThan(0.05);
    expect(ratioToNext(earlier, 4096, { alpha: 0.05 }).p).toBe(1);
    expect(ratioToNext(earlier, 4300, { alpha: 0.05 }).p).toBeLessThan(0.001);
  });
});

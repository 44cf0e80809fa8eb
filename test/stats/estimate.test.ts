import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { binomialPmf } from "../../src/stats/binomial.ts";
import { estimate } from "../../src/stats/estimate.ts";
import { agrestiCoull, clopperPearson, jeffreys, wald, wilson } from "../../src/stats/proportion.ts";
import { meanOf, proportionOf, ratioOf } from "./statistics.ts";

const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 40 });
const percent = [0, 100] as const;

describe("an estimate", () => {
  test("of no samples does not exist", () => {
    expect(estimate(meanOf([]), { seed: 1 })).toBeNull();
  });

  test("of a proportion has Wilson's interval in the metric's unit", () => {
    const found = estimate(proportionOf([1, 1, 1, 0]), { seed: 1, range: percent });
    const [lo, hi] = wilson(0.75, 4, { level: 0.95 });
    expect(found).toEqual({ value: 75, n: 4, lo: 100 * lo, hi: 100 * hi, method: "wilson-95" });
  });

  test("of a mean has Student's interval", () => {
    const found = estimate(meanOf([1, 2, 3, 4, 5]), { seed: 1 });
    expect(found?.method).toBe("t-95");
    // 2.776445 standard errors of √0.5 around 3.
    expect(found?.lo).toBeCloseTo(3 - 2.7764451 * Math.SQRT1_2, 6);
    expect(found?.hi).toBeCloseTo(3 + 2.7764451 * Math.SQRT1_2, 6);
  });

  test("of any other statistic has a bootstrap interval that says how it was made", () => {
    const found = estimate(
      ratioOf([
        [1, 2],
        [3, 4],
        [1, 5],
        [2, 2],
      ]),
      { seed: 42, resamples: 200, level: 0.9 },
    );
    expect(found?.value).toBeCloseTo(700 / 13, 12);
    expect(found?.method).toBe("bootstrap-percentile-90 (200, seed 42)");
    expect(found?.lo).toBeLessThan(700 / 13);
    expect(found?.hi).toBeGreaterThan(700 / 13);
  });

  test("holds its value, stays within the range and is the same for the same seed", () => {
    fc.assert(
      fc.property(scores, fc.nat(1000), (values, seed) => {
        for (const s of [
          meanOf(values, 100),
          proportionOf(values.map(Math.round)),
          ratioOf(values.map((x) => [Math.round(9 * x), 10])),
        ]) {
          const options = { seed, resamples: 50, range: percent };
          const found = estimate(s, options);
          expect(found).toEqual(estimate(s, options));
          if (found === null) throw new Error("there are samples");
          expect(found.n).toBe(values.length);
          expect(found.lo).toBeLessThanOrEqual(found.value);
          expect(found.hi).toBeGreaterThanOrEqual(found.value);
          expect(found.lo).toBeGreaterThanOrEqual(0);
          expect(found.hi).toBeLessThanOrEqual(100 + 1e-9);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("of samples that are all perfect still admits doubt", () => {
    const found = estimate(meanOf([1, 1, 1, 1, 1], 100), { seed: 1, range: percent });
    expect(found?.value).toBe(100);
    expect(found?.lo).toBeLessThan(60);
    expect(found?.method).toBe("wilson-95 (no spread)");
    expect(estimate(ratioOf([[3, 4]]), { seed: 1, range: percent })?.method).toBe("wilson-95 (no spread)");
  });

  test("without spread or bounds claims no interval", () => {
    expect(estimate(meanOf([7]), { seed: 1 })).toEqual({ value: 7, n: 1, lo: 7, hi: 7, method: "none (no spread)" });
  });

  test("of repeated answers is no surer for the repeats", () => {
    const answers = Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const repeated = answers.flatMap((x) => [x, x, x, x]);
    const clusters = answers.flatMap((_, i) => [`q${i}`, `q${i}`, `q${i}`, `q${i}`]);
    for (const make of [
      proportionOf,
      (xs: readonly number[]) => meanOf(xs, 100),
      (xs: readonly number[]) => ratioOf(xs.map((x) => [x, 1])),
    ]) {
      const single = estimate({ ...make(answers), proportion: false }, { seed: 1 });
      const clustered = estimate(make(repeated), { seed: 1, clusters });
      const careless = estimate(make(repeated), { seed: 1 });
      if (single === null || clustered === null || careless === null) throw new Error("there are samples");
      expect(clustered.method).toContain("40 clusters");
      expect((clustered.hi - clustered.lo) / (single.hi - single.lo)).toBeCloseTo(1, 1);
      expect(careless.hi - careless.lo).toBeLessThan(0.6 * (clustered.hi - clustered.lo));
    }
  });

  test("skips resamples on which the statistic has no value", () => {
    const rare = ratioOf([
      [1, 1],
      [0, 0],
      [0, 0],
    ]);
    const found = estimate(rare, { seed: 1, resamples: 100 });
    expect(found?.value).toBe(100);
    expect(found?.method).toMatch(/^bootstrap-percentile-95 \(\d\d of 100, seed 1\)$/);
  });
});

describe("intervals of a proportion", () => {
  /** Probability that the interval holds p, from the binomial probabilities of every outcome. */
  function coverage(interval: (k: number, n: number) => readonly [number, number], n: number, p: number): number {
    let sum = 0;
    for (let k = 0; k <= n; k++) {
      const [lo, hi] = interval(k, n);
      if (lo <= p && p <= hi) sum += binomialPmf(k, n, p);
    }
    return sum;
  }
  const wilson95 = (k: number, n: number): readonly [number, number] => wilson(k / n, n, { level: 0.95 });

  test("Wilson's covers what it says on average, Clopper and Pearson's always, Wald's too little near the ends", () => {
    const points = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
    const mean = points.reduce((sum, p) => sum + coverage(wilson95, 30, p) / 99, 0);
    expect(mean).toBeGreaterThan(0.945);
    expect(mean).toBeLessThan(0.965);
    for (const p of points) {
      expect(coverage((k, n) => clopperPearson(k, n, 0.95), 30, p)).toBeGreaterThanOrEqual(0.95);
    }
    expect(coverage((k, n) => wald(k, n, 0.95), 30, 0.03)).toBeLessThan(0.7);
  });

  test("are mirror images for successes and failures", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const k = Math.round(n * share);
        for (const interval of [
          wilson95,
          (k: number, n: number) => clopperPearson(k, n, 0.95),
          (k: number, n: number) => jeffreys(k, n, 0.95),
          (k: number, n: number) => agrestiCoull(k, n, 0.95),
        ]) {
          const [lo, hi] = interval(k, n);
          const [mirroredLo, mirroredHi] = interval(n - k, n);
          expect(lo).toBeCloseTo(1 - mirroredHi, 10);
          expect(hi).toBeCloseTo(1 - mirroredLo, 10);
        }
      }),
      { numRuns: 50 },
    );
  });
});

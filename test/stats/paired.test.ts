import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Sufficient } from "../../src/core/sufficient.ts";
import { exceedance, sacrebleuBootstrapP } from "../../src/stats/exceedance.ts";
import { bonettPrice, mcnemarExact, mcnemarMidP } from "../../src/stats/mcnemar.ts";
import { pythonMt19937 } from "../../src/stats/mt19937.ts";
import { pairedDifference } from "../../src/stats/paired.ts";
import type { PairedOptions, PairedResult } from "../../src/stats/paired.ts";
import { signFlipExact } from "../../src/stats/sign-flip.ts";
import { wilcoxon } from "../../src/stats/wilcoxon.ts";
import { meanOf, proportionOf, ratioOf } from "./statistics.ts";

const bits = fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { minLength: 1, maxLength: 60 });

function compared(a: Sufficient, b: Sufficient, options: Partial<PairedOptions> = {}): PairedResult {
  const first = (s: Sufficient): Float64Array => s.rows.filter((_, i) => i % s.width === 0);
  return pairedDifference(a, b, { seed: 1, perSampleA: first(a), perSampleB: first(b), ...options });
}

/** Pairs of scores of two systems of which neither is better. */
function nullPairs(seed: number, n: number): readonly [number[], number[]] {
  const generator = pythonMt19937(seed);
  const a = Array.from({ length: n }, () => Math.floor(generator.double() * 20));
  return [a, a.map((x) => x + Math.floor(generator.double() * 7) - 3)];
}

describe("a paired difference", () => {
  test("is b minus a with the exact McNemar test for 0/1 scores", () => {
    const a = proportionOf([1, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
    const b = proportionOf([1, 1, 1, 1, 1, 1, 1, 1, 0, 1]);
    const found = compared(a, b);
    expect(found.value).toBeCloseTo(50, 10);
    // Six against one: 2 × (1 + 7) / 2⁷.
    expect(found.p).toBeCloseTo(0.125, 12);
    expect(found.test).toBe("mcnemar-exact; bonett-price-95");
    expect(found.n).toBe(10);
  });

  test("is a paired t-test for means", () => {
    const found = compared(meanOf([1, 2, 3, 4, 5], 100), meanOf([2, 2, 5, 4, 7], 100));
    // Differences 1 0 2 0 2: mean 1, standard error √0.2, t = √5 with four degrees of freedom.
    expect(found.value).toBeCloseTo(100, 10);
    expect(found.p).toBeCloseTo(0.0890093, 6);
    expect(found.lo).toBeCloseTo(100 - 100 * 2.7764451 * Math.sqrt(0.2), 4);
    expect(found.test).toBe("paired-t; t-95");
  });

  test("of a corpus metric is tested by swapping rows", () => {
    const a = ratioOf(Array.from({ length: 50 }, (_, i) => [i % 7, 10]));
    const b = ratioOf(Array.from({ length: 50 }, (_, i) => [(i % 7) + 2, 10]));
    const found = compared(a, b, { trials: 999 });
    expect(found.value).toBeCloseTo(20, 10);
    expect(found.p).toBe(0.001);
    expect(found.test).toBe("approximate-randomisation (999, seed 1); bootstrap-percentile-95");
    expect(compared(a, b, { method: "bootstrap", resamples: 99 }).test).toBe(
      "paired-bootstrap (99, seed 1); bootstrap-percentile-95",
    );
  });

  test("turns its sign and keeps its p when the systems change places", () => {
    fc.assert(
      fc.property(bits, fc.constantFrom("auto", "bootstrap", "randomisation", "wilcoxon"), (rows, method) => {
        const left = rows.map(([x]) => x);
        const right = rows.map(([, y]) => y);
        for (const make of [proportionOf, meanOf]) {
          const forth = compared(make(left), make(right), { method, resamples: 50, trials: 50 });
          const back = compared(make(right), make(left), { method, resamples: 50, trials: 50 });
          expect(back.value).toBeCloseTo(-forth.value, 9);
          expect(back.lo).toBeCloseTo(-forth.hi, 9);
          expect(back.hi).toBeCloseTo(-forth.lo, 9);
          expect(back.p).toBeCloseTo(forth.p, 9);
          expect(forth.lo).toBeLessThanOrEqual(forth.value);
          expect(forth.hi).toBeGreaterThanOrEqual(forth.value);
          expect(forth.p).toBeGreaterThan(0);
          expect(forth.p).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("between systems that agree everywhere is never significant", () => {
    const values = [0.1, 0.9, 0.4];
    for (const method of ["auto", "bootstrap", "randomisation", "wilcoxon"] as const) {
      for (const s of [meanOf(values), proportionOf([1, 0, 1]), ratioOf(values.map((x) => [x, 1]))]) {
        expect(compared(s, s, { method })).toMatchObject({ value: 0, p: 1 });
      }
    }
  });

  test("between systems with the same total is not significant however it is tested", () => {
    // sacrebleu's strict inequality would give a p of one in a thousand here.
    const a = ratioOf(Array.from({ length: 8 }, (_, i) => [i, 10]));
    const b = ratioOf(Array.from({ length: 8 }, (_, i) => [7 - i, 10]));
    for (const method of ["bootstrap", "randomisation"] as const) expect(compared(a, b, { method }).p).toBe(1);
  });

  test("that is the same on every sample is tested by its sign", () => {
    const found = compared(meanOf([1, 2, 3, 4]), meanOf([2, 3, 4, 5]));
    expect(found).toMatchObject({ value: 1, lo: 1, hi: 1, p: 0.125, test: "sign-exact" });
  });

  test("rejects about one true null hypothesis in twenty", () => {
    const rejected = { t: 0, randomisation: 0, wilcoxon: 0 };
    const rounds = 400;
    for (let seed = 0; seed < rounds; seed++) {
      const [a, b] = nullPairs(seed, 40);
      if (compared(meanOf(a), meanOf(b)).p < 0.05) rejected.t++;
      const corpus = [ratioOf(a.map((x) => [x, 20])), ratioOf(b.map((x) => [x, 20]))] as const;
      if (compared(...corpus, { seed, resamples: 20, trials: 199 }).p < 0.05) rejected.randomisation++;
      if (compared(...corpus, { seed, resamples: 20, method: "wilcoxon" }).p < 0.05) rejected.wilcoxon++;
    }
    for (const count of Object.values(rejected)) {
      // 20 expected, standard deviation 4.4.
      expect(count).toBeGreaterThan(5);
      expect(count).toBeLessThan(38);
    }
  });

  test("of repeated answers is no surer for the repeats", () => {
    const [a, b] = nullPairs(3, 30);
    const four = (xs: readonly number[]): number[] => xs.flatMap((x) => [x, x, x, x]);
    const clusters = four(a.map((_, i) => i));
    const single = compared(meanOf(a), meanOf(b));
    const clustered = compared(meanOf(four(a)), meanOf(four(b)), { clusters });
    const careless = compared(meanOf(four(a)), meanOf(four(b)));
    expect(clustered.value).toBeCloseTo(single.value, 10);
    expect(clustered.p).toBeCloseTo(single.p, 2);
    expect(careless.hi - careless.lo).toBeLessThan(0.6 * (clustered.hi - clustered.lo));
    const corpus = (xs: readonly number[]): Sufficient => ratioOf(four(xs).map((x) => [x, 20]));
    expect(compared(corpus(a), corpus(b), { clusters, trials: 200 }).test).toBe(
      "approximate-randomisation (200, seed 1, 30 clusters); bootstrap-percentile-95",
    );
  });

  test("is refused between statistics of different samples", () => {
    expect(() => compared(meanOf([1]), meanOf([1, 2]))).toThrow(RangeError);
    expect(() => compared(meanOf([]), meanOf([]))).toThrow(RangeError);
  });
});

describe("tests of paired data", () => {
  test("exact McNemar doubles the smaller tail, and mid-p lies below it", () => {
    expect(mcnemarExact({ onlyA: 0, onlyB: 0 })).toBe(1);
    expect(mcnemarExact({ onlyA: 0, onlyB: 6 })).toBeCloseTo(2 / 64, 14);
    expect(mcnemarExact({ onlyA: 5, onlyB: 5 })).toBe(1);
    expect(mcnemarMidP({ onlyA: 2, onlyB: 9 })).toBeLessThan(mcnemarExact({ onlyA: 2, onlyB: 9 }));
  });

  test("the interval of a paired difference narrows with n and holds the difference", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(100), (onlyA, onlyB, both) => {
        const n = onlyA + onlyB + both + 1;
        const [lo, hi] = bonettPrice({ onlyA, onlyB }, n, 0.95);
        const difference = (onlyB - onlyA) / n;
        expect(lo).toBeLessThanOrEqual(difference);
        expect(hi).toBeGreaterThanOrEqual(difference);
        const [lo4, hi4] = bonettPrice({ onlyA: 4 * onlyA, onlyB: 4 * onlyB }, 4 * n, 0.95);
        expect(hi4 - lo4).toBeLessThan(hi - lo);
      }),
    );
  });

  test("Wilcoxon ignores zeros and sees only ranks", () => {
    const plain = wilcoxon([1, -2, 3, 4, 5]);
    expect(wilcoxon([0, 1, -2, 0, 3, 4, 500])).toEqual(plain);
    expect(plain.statistic).toBe(2);
    expect(wilcoxon([0, 0])).toEqual({ statistic: 0, p: 1 });
    expect(wilcoxon([1, -2, 3, 4, 5], { correction: true }).p).toBeGreaterThan(plain.p);
  });

  test("sign flips enumerate every choice of signs", () => {
    expect(signFlipExact([1, 1, 1])).toBe(0.25);
    expect(signFlipExact([1, -1])).toBe(1);
    expect(signFlipExact([3, 1, 1])).toBe(0.25);
    expect(() => signFlipExact(Array.from({ length: 25 }, () => 1))).toThrow(RangeError);
  });

  test("p counts the observed data and only what exceeds them", () => {
    expect(exceedance([1, 2, 3], 2)).toBe(0.5);
    expect(exceedance([], 2)).toBe(1);
    expect(sacrebleuBootstrapP(Float64Array.of(1, 2, 3), Float64Array.of(0, 0, 0), 0.5)).toBe(0.5);
  });
});

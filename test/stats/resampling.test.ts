import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bootstrap, pairedBootstrap } from "../../src/stats/bootstrap.ts";
import { bcaInterval, basicInterval } from "../../src/stats/bootstrap-interval.ts";
import { clusterCodes } from "../../src/stats/clusters.ts";
import { addPacked, drainPacked, packLanes } from "../../src/stats/lanes.ts";
import { CHUNK, pcg64 } from "../../src/stats/pcg64.ts";
import { percentileInterval, quantile } from "../../src/stats/quantile.ts";
import { shuffledDifferences } from "../../src/stats/randomisation.ts";
import { columnSums, forEachResample } from "../../src/stats/resample.ts";
import type { Rows } from "../../src/stats/resample.ts";
import { forEachChoice } from "../../src/stats/shuffle.ts";
import { meanOf, ratioOf } from "./statistics.ts";

/** Columns of whole numbers small and large, negative numbers and fractions: every way of packing. */
const matrices = fc.integer({ min: 1, max: 40 }).chain((n) =>
  fc
    .array(
      fc.oneof(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: n, maxLength: n }),
        fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: n, maxLength: n }),
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: n, maxLength: n }),
        fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n, maxLength: n }),
      ),
      { minLength: 1, maxLength: 9 },
    )
    .map((columns): Rows => {
      const rows = new Float64Array(n * columns.length);
      columns.forEach((column, c) => column.forEach((x, i) => (rows[i * columns.length + c] = x)));
      return { n, width: columns.length, rows };
    }),
);

function expectSums(sums: Float64Array, data: Rows, times: ArrayLike<number>): void {
  for (let c = 0; c < data.width; c++) {
    let plain = 0;
    let size = 0;
    for (let i = 0; i < data.n; i++) {
      const term = (data.rows[i * data.width + c] as number) * (times[i] as number);
      plain += term;
      size += Math.abs(term);
    }
    expect(Math.abs((sums[c] as number) - plain)).toBeLessThanOrEqual(1e-13 * size);
  }
}

test("a resample's sums are those of the rows that NumPy would draw", () => {
  fc.assert(
    fc.property(matrices, fc.integer({ min: 0, max: 1000 }), (data, seed) => {
      const plain = pcg64(seed);
      forEachResample(data, { resamples: 5, generator: pcg64(seed) }, (sums) => {
        const times = new Uint32Array(data.n);
        for (const pick of plain.below(data.n, data.n)) times[pick] = (times[pick] as number) + 1;
        expectSums(sums, data, times);
      });
    }),
  );
});

test("more rows than a generator gives at once are drawn in the same order", () => {
  const n = CHUNK + 700;
  const data = { n, width: 1, rows: Float64Array.from({ length: n }, (_, i) => i) };
  const plain = pcg64(11);
  forEachResample(data, { resamples: 2, generator: pcg64(11) }, (sums) => {
    let sum = 0;
    for (const pick of plain.below(n, CHUNK)) sum += pick;
    for (const pick of plain.below(n, 700)) sum += pick;
    expect(sums[0]).toBe(sum);
  });
});

test("a trial's sums are those of the rows whose random bit is set", () => {
  fc.assert(
    fc.property(matrices, fc.integer({ min: 0, max: 1000 }), (data, seed) => {
      const trials = 37;
      const words = pcg64(seed)
        .words32(Math.ceil((trials * data.n) / 32))
        .slice();
      let at = 0;
      forEachChoice(data, { trials, generator: pcg64(seed) }, (sums) => {
        const chosen = Array.from({ length: data.n }, () => {
          const bit = ((words[at >>> 5] as number) >>> (at & 31)) & 1;
          at++;
          return bit;
        });
        expectSums(sums, data, chosen);
      });
      expect(at).toBe(trials * data.n);
    }),
  );
});

test("packed columns come apart again at their limits", () => {
  const limits = [511, 511, 2 ** 40, Number.NaN, 1, 0];
  const lanes = packLanes(limits);
  expect(lanes.count).toBeLessThan(limits.length);
  const packed = new Float64Array(lanes.count);
  const values = [511, 511, 2 ** 40, -2.5, 1, 0];
  addPacked(lanes, Float64Array.from(values), { packed, at: 0 });
  const sums = new Float64Array(limits.length);
  drainPacked(lanes, packed, sums);
  expect([...sums]).toEqual(values);
  expect([...packed].every((x) => x === 0)).toBe(true);
});

describe("bootstrap", () => {
  const values = Array.from({ length: 200 }, (_, i) => Math.sin(i * 12.9898) * 10);

  test("the same seed gives the same values, another seed others", () => {
    const draw = (seed: number): number[] => [...bootstrap(meanOf(values), { resamples: 50, seed }).values];
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test("its spread is the standard error of the mean", () => {
    const { values: means } = bootstrap(meanOf(values), { resamples: 4000, seed: 5 });
    const sd = (xs: ArrayLike<number>): number => {
      const list = Array.from(xs);
      const mean = list.reduce((a, b) => a + b, 0) / list.length;
      return Math.sqrt(list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length);
    };
    expect(sd(means) / (sd(values) / Math.sqrt(200))).toBeCloseTo(1, 1);
  });

  test("groups of many rows have the spread of the rows themselves", () => {
    const many = Array.from({ length: 30_000 }, (_, i) => Math.sin(i * 78.233) * 10);
    const { values: means, units } = bootstrap(meanOf(many), { resamples: 400, seed: 5 });
    expect(units).toEqual({ kind: "groups", count: 10_000 });
    const mean = many.reduce((a, b) => a + b, 0) / many.length;
    const error = Math.sqrt(many.reduce((a, b) => a + (b - mean) ** 2, 0)) / many.length;
    const spread = Math.sqrt(means.reduce((a, b) => a + (b - mean) ** 2, 0) / means.length);
    expect(spread / error).toBeGreaterThan(0.85);
    expect(spread / error).toBeLessThan(1.15);
  });

  test("clusters of equal rows spread like as many rows as there are clusters", () => {
    const clustered = Array.from({ length: 200 }, (_, i) => values[Math.floor(i / 10)] as number);
    const clusters = clusterCodes(clustered.map((_, i) => Math.floor(i / 10)));
    const whole = bootstrap(meanOf(clustered), { resamples: 2000, seed: 5, clusters }).values;
    const single = bootstrap(meanOf(values.slice(0, 20)), { resamples: 2000, seed: 5 }).values;
    const width = (xs: Float64Array): number => percentileInterval(xs, 0.9).hi - percentileInterval(xs, 0.9).lo;
    expect(width(whole) / width(single)).toBeCloseTo(1, 1);
  });

  test("a pair sees the same resamples on both sides", () => {
    const a = ratioOf(values.map((x) => [Math.round(x + 20), 40]));
    const { a: left, b: right } = pairedBootstrap(a, a, { resamples: 100, seed: 3 });
    expect(left).toEqual(right);
    expect(left).toEqual(bootstrap(a, { resamples: 100, seed: 3 }).values);
  });

  test("intervals of a symmetric statistic nearly agree, and BCa follows the skew of a skewed one", () => {
    const level = 0.9;
    const draws = bootstrap(meanOf(values), { resamples: 4000, seed: 9 }).values;
    const observed = values.reduce((a, b) => a + b, 0) / 200;
    const { lo, hi } = percentileInterval(draws, level);
    const basic = basicInterval(draws, { level, observed });
    expect(basic[0]).toBeCloseTo(lo, 0);
    expect(basic[1]).toBeCloseTo(hi, 0);
    const skewed = values.slice(0, 30).map((x) => Math.exp(x / 3));
    const skewedDraws = bootstrap(meanOf(skewed), { resamples: 4000, seed: 9 }).values;
    const sum = skewed.reduce((a, b) => a + b, 0);
    const leaveOneOut = Float64Array.from(skewed, (x) => (sum - x) / 29);
    const bca = bcaInterval(skewedDraws, { level, observed: sum / 30, leaveOneOut });
    const plain = percentileInterval(skewedDraws, level);
    expect(bca[0]).toBeGreaterThan(plain.lo);
    expect(bca[1]).toBeGreaterThan(plain.hi);
  });
});

test("shuffled differences of means are sums of differences with random signs", () => {
  const a = [3, 1, 4, 1, 5];
  const b = [2, 7, 1, 8, 2];
  const { differences } = shuffledDifferences(meanOf(a), meanOf(b), { trials: 500, seed: 1 });
  const possible = new Set<string>();
  for (let signs = 0; signs < 32; signs++) {
    const sum = a.reduce((s, x, i) => s + (x - (b[i] as number)) * ((signs >>> i) & 1 ? 1 : -1), 0);
    possible.add((Math.abs(sum) / 5).toFixed(9));
  }
  const seen = new Set(Array.from(differences, (d) => d.toFixed(9)));
  expect(seen).toEqual(possible);
});

test("the quantile interpolates between neighbours and meets the ends", () => {
  expect([0, 0.25, 0.5, 1].map((q) => quantile([1, 2, 4, 8], q))).toEqual([1, 1.75, 3, 8]);
  expect(quantile([], 0.5)).toBeNaN();
});

test("column sums add every row once", () => {
  expect([...columnSums({ n: 3, width: 2, rows: Float64Array.of(1, 10, 2, 20, 3, 30) })]).toEqual([6, 60]);
});

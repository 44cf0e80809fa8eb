import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { curveNoise } from "../../src/stats/noise-band.ts";
import { mannKendall, median, theilSen } from "../../src/stats/trend.ts";

describe("mannKendall", () => {
  it("gives Kendall's exact chances for short series", () => {
    expect(mannKendall([1, 2, 3, 4])).toEqual({ s: 6, pRise: 1 / 24, pFall: 1 });
    expect(mannKendall([1, 3, 2, 4]).pRise).toBeCloseTo(4 / 24, 12);
    expect(mannKendall([5, 4, 3, 2, 1]).pFall).toBeCloseTo(1 / 120, 12);
  });

  it("counts every order once: over all orders of five values the chances match the frequencies", () => {
    const orders = permutations([1, 2, 3, 4, 5]);
    const scores = orders.map((order) => mannKendall(order).s);
    for (const order of orders.slice(0, 40)) {
      const { s, pRise } = mannKendall(order);
      expect(pRise).toBeCloseTo(scores.filter((other) => other >= s).length / orders.length, 12);
    }
  });

  it("uses the normal distribution, its variance corrected for ties, for longer or tied series", () => {
    // By hand: 53 rising pairs of 55, two tied: variance (11·10·27 − 2·(2·1·9)) / 18 = 163, z = (51 − 1) / √163.
    const { s, pRise } = mannKendall([1, 2, 2, 3, 5, 4, 6, 7, 7, 8, 9]);
    expect(s).toBe(51);
    expect(pRise).toBeCloseTo(4.49e-5, 6);
  });

  it("finds no trend in fewer than three values or in equal ones", () => {
    expect(mannKendall([1, 2]).pRise).toBe(1);
    expect(mannKendall(new Array<number>(20).fill(3))).toEqual({ s: 0, pRise: 1, pFall: 1 });
  });
});

describe("theilSen", () => {
  it("finds the line through points of which a quarter are wild", () => {
    const xs = Array.from({ length: 20 }, (_, i) => i);
    const ys = xs.map((x) => (x % 4 === 3 ? 1000 * x : 2 - 0.5 * x));
    const { slope, intercept } = theilSen(xs, ys);
    expect(slope).toBeCloseTo(-0.5, 1);
    expect(intercept).toBeCloseTo(2, 0);
  });
});

describe("curveNoise", () => {
  it("sees no noise in a straight line, at uneven steps too, and with order 3 none in a parabola", () => {
    const xs = [0, 1, 4, 5, 9, 16, 20];
    expect(
      curveNoise(
        xs,
        xs.map((x) => 3 - 2 * x),
      ),
    ).toBeLessThan(1e-12);
    expect(
      curveNoise(
        xs,
        xs.map((x) => 1 + x - x * x),
        3,
      ),
    ).toBeLessThan(1e-11);
    expect(
      curveNoise(
        xs,
        xs.map((x) => x * x),
      ),
    ).toBeGreaterThan(0.1);
  });

  it("estimates the standard deviation of normal noise on a curve within a tenth", () => {
    const xs = Array.from({ length: 4000 }, (_, i) => i);
    const gauss = normals(7);
    const ys = xs.map((x) => 2 + Math.exp(-x / 1000) + 0.05 * gauss());
    expect(curveNoise(xs, ys)).toBeGreaterThan(0.045);
    expect(curveNoise(xs, ys)).toBeLessThan(0.055);
    expect(curveNoise(xs, ys, 3)).toBeCloseTo(0.05, 2);
  });
});

describe("median", () => {
  it("lies between the smallest and the largest value", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
        expect(median(values)).toBeGreaterThanOrEqual(Math.min(...values));
        expect(median(values)).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
    expect(median([])).toBeNaN();
  });
});

function permutations(values: readonly number[]): number[][] {
  if (values.length <= 1) return [[...values]];
  return values.flatMap((value, i) => permutations(values.toSpliced(i, 1)).map((rest) => [value].concat(rest)));
}

/** Normal values by Box and Muller over a small linear congruential generator: the same in every run. */
function normals(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return (state + 1) / 2_147_483_649;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

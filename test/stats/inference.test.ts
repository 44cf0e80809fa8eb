import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fleissKappa, krippendorffAlpha } from "../../src/stats/agreement.ts";
import { kendallTauB, pearson, spearman } from "../../src/stats/correlation.ts";
import { clusteredError, moments, standardError } from "../../src/stats/mean.ts";
import { clusterCodes } from "../../src/stats/clusters.ts";
import { benjaminiHochberg, benjaminiYekutieli, bonferroni, holm, holmSidak } from "../../src/stats/multiple.ts";
import { pooledError, unweightedError, weightedMean } from "../../src/stats/pooling.ts";
import {
  achievedPower,
  cohenH,
  repeatedDeviation,
  requiredSamples,
  smallestDetectableDifference,
  twoProportionPower,
  twoProportionSamples,
} from "../../src/stats/power.ts";
import { lookShare } from "../../src/stats/sequential.ts";
import { fisherExact, newcombe, twoProportionTest } from "../../src/stats/two-proportions.ts";

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });

describe("corrections for several tests", () => {
  test("keep the order of the p-values, never lower one and never exceed 1", () => {
    fc.assert(
      fc.property(pValues, (p) => {
        for (const adjust of [bonferroni, holm, holmSidak, benjaminiHochberg, benjaminiYekutieli]) {
          const adjusted = adjust(p);
          adjusted.forEach((x, i) => {
            expect(x).toBeGreaterThanOrEqual((p[i] as number) * (1 - 1e-12));
            expect(x).toBeLessThanOrEqual(1);
            p.forEach((q, j) => {
              if (q < (p[i] as number)) expect(adjusted[j]).toBeLessThanOrEqual(x);
            });
          });
        }
      }),
    );
  });

  test("grow stricter from false discoveries to family-wise errors", () => {
    fc.assert(
      fc.property(pValues, (p) => {
        const [bh, by, h, b] = [benjaminiHochberg(p), benjaminiYekutieli(p), holm(p), bonferroni(p)];
        p.forEach((_, i) => {
          expect(bh[i]).toBeLessThanOrEqual((by[i] as number) + 1e-15);
          expect(bh[i]).toBeLessThanOrEqual((h[i] as number) + 1e-15);
          expect(h[i]).toBeLessThanOrEqual((b[i] as number) + 1e-15);
        });
      }),
    );
  });

  test("leave a single p-value and an empty list as they are", () => {
    for (const adjust of [bonferroni, holm, benjaminiHochberg, benjaminiYekutieli]) {
      expect(adjust([0.03])).toEqual([0.03]);
      expect(adjust([])).toEqual([]);
    }
  });
});

describe("power", () => {
  test("the required number of samples undoes the smallest detectable difference", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1e6 }), fc.double({ min: 0.01, max: 100, noNaN: true }), (n, sd) => {
        const difference = smallestDetectableDifference({ n, sd });
        expect(requiredSamples({ difference, sd }) / n).toBeCloseTo(1, 9);
        expect(achievedPower({ n, difference, sd })).toBeCloseTo(0.8, 9);
      }),
    );
  });

  test("a tenth of 1,000 samples changing sides shows 2.8 points", () => {
    expect(smallestDetectableDifference({ n: 1000, sd: 100 * Math.sqrt(0.1) })).toBeCloseTo(2.8016, 3);
  });

  test("repeats shrink the noise of answers but not that of questions", () => {
    const parts = { omega2: 0.04, sigmaA2: 0.1, sigmaB2: 0.1 };
    expect(repeatedDeviation({ ...parts, repeatsA: 1, repeatsB: 1 })).toBeCloseTo(Math.sqrt(0.24), 12);
    expect(repeatedDeviation({ ...parts, repeatsA: 1e9, repeatsB: 1e9 })).toBeCloseTo(0.2, 6);
  });

  test("group sizes reach the power they were made for", () => {
    const effect = cohenH(0.6, 0.65);
    expect(twoProportionPower(effect, twoProportionSamples(effect, { power: 0.9 }))).toBeCloseTo(0.9, 9);
  });
});

describe("independent groups", () => {
  test("Newcombe's interval holds the difference, and tests agree on what is plain", () => {
    const counts = { k1: 90, n1: 100, k2: 20, n2: 100 };
    const [lo, hi] = newcombe(counts, 0.95);
    expect(lo).toBeGreaterThan(0.55);
    expect(hi).toBeLessThan(0.8);
    expect(twoProportionTest(counts).p).toBeLessThan(1e-15);
    expect(fisherExact(counts)).toBeLessThan(1e-15);
    expect(fisherExact({ k1: 3, n1: 6, k2: 3, n2: 6 })).toBeCloseTo(1, 12);
    // The lady tasting tea: 1 + 1 of 70 tables.
    expect(fisherExact({ k1: 4, n1: 4, k2: 0, n2: 4 })).toBeCloseTo(2 / 70, 12);
  });
});

describe("looking while a comparison runs", () => {
  test("spends no more than the level over all looks, and most of it on the last", () => {
    for (const looks of [1, 2, 5, 14]) {
      const shares = Array.from({ length: looks }, (_, i) => lookShare(i + 1, looks));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(shares.at(-1)).toBe(looks === 1 ? 1 : 2 / 3);
    }
  });
});

describe("agreement", () => {
  test("alpha is 1 for equal ratings that vary, null where it means nothing, and blind to the order of raters", () => {
    expect(
      krippendorffAlpha(
        [
          [1, 2, 3],
          [1, 2, 3],
        ],
        "interval",
      ),
    ).toBe(1);
    expect(
      krippendorffAlpha(
        [
          [1, 1],
          [1, 1],
        ],
        "nominal",
      ),
    ).toBeNull();
    expect(
      krippendorffAlpha(
        [
          [1, null],
          [null, 2],
        ],
        "nominal",
      ),
    ).toBeNull();
    const ratings = [
      [1, 2, 3, 3, null],
      [1, 2, 2, 4, 5],
      [2, 2, 3, 4, null],
    ];
    for (const level of ["nominal", "ordinal", "interval", "ratio"] as const) {
      expect(krippendorffAlpha(ratings.toReversed(), level)).toBeCloseTo(
        krippendorffAlpha(ratings, level) as number,
        12,
      );
    }
  });

  test("Fleiss' kappa is 1 for full agreement and negative where raters avoid each other", () => {
    expect(
      fleissKappa([
        [3, 0],
        [0, 3],
      ]),
    ).toBe(1);
    expect(
      fleissKappa([
        [1, 1],
        [1, 1],
      ]),
    ).toBe(-1);
    expect(
      fleissKappa([
        [2, 0],
        [2, 0],
      ]),
    ).toBeNull();
  });
});

describe("correlation", () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), {
    minLength: 2,
    maxLength: 30,
  });

  test("Kendall's tau equals the count over all pairs", () => {
    fc.assert(
      fc.property(pairs, (points) => {
        let [concordance, x, y] = [0, 0, 0];
        points.forEach(([x1, y1], i) =>
          points.slice(0, i).forEach(([x2, y2]) => {
            concordance += Math.sign(x1 - x2) * Math.sign(y1 - y2);
            x += x1 === x2 ? 0 : 1;
            y += y1 === y2 ? 0 : 1;
          }),
        );
        const tau = kendallTauB(
          points.map(([a]) => a),
          points.map(([, b]) => b),
        );
        if (x * y === 0) expect(tau).toBeNull();
        else expect(tau).toBeCloseTo(concordance / Math.sqrt(x * y), 10);
      }),
    );
  });

  test("sees a line as a line and a curve as a ranking", () => {
    expect(pearson([1, 2, 3], [10, 20, 30])).toBeCloseTo(1, 12);
    expect(pearson([1, 2, 3], [1, 10, 1000])).toBeLessThan(0.95);
    expect(spearman([1, 2, 3], [1, 10, 1000])).toBeCloseTo(1, 12);
    expect(pearson([1, 1], [1, 2])).toBeNull();
  });
});

describe("means", () => {
  test("clusters of one row have the ordinary standard error", () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    expect(clusteredError(values, clusterCodes(values.map((_, i) => i)), "corrected")).toBeCloseTo(
      standardError(values),
      12,
    );
    expect(moments(values).mean).toBe(31 / 8);
  });

  test("pooling equal subtasks is pooling their samples", () => {
    const subtasks = [
      { value: 0.5, n: 100, error: 0.05 },
      { value: 0.5, n: 100, error: 0.05 },
    ];
    expect(weightedMean(subtasks)).toBe(0.5);
    expect(pooledError(subtasks)).toBeCloseTo(0.05 / Math.SQRT2, 12);
    expect(unweightedError(subtasks)).toBeCloseTo(0.05 / Math.SQRT2, 12);
  });
});

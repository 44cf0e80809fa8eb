import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { betaQuantile, incompleteBeta } from "../../src/stats/beta.ts";
import { binomialCdf, binomialPmf, binomialTest } from "../../src/stats/binomial.ts";
import { logGamma } from "../../src/stats/gamma.ts";
import { erfc, normalCdf, normalQuantile, normalTwoSided } from "../../src/stats/normal.ts";
import { findRoot } from "../../src/stats/root.ts";
import { tQuantile, tTwoSided } from "../../src/stats/student-t.ts";

const probability = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true });
const shape = fc.double({ min: 0.05, max: 2000, noNaN: true });

function close(actual: number, expected: number, tolerance = 1e-12): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(expected), 1e-290));
}

describe("normal distribution", () => {
  test("its quantile undoes its distribution function", () => {
    fc.assert(fc.property(probability, (p) => close(normalCdf(normalQuantile(p)), p)));
  });

  test("keeps its digits far into the tail", () => {
    // From 40-digit arithmetic.
    close(normalCdf(-12), 1.776482112077679e-33);
    close(normalCdf(-30), 4.906713927148187e-198, 1e-12);
    close(normalTwoSided(5), 5.733031437583878e-7);
    close(normalQuantile(1e-100), -21.273453560965326);
  });

  test("has the ends of the line and nothing beyond", () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect([normalQuantile(-0.1), normalQuantile(1.1), erfc(Number.NaN)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([erfc(-40), erfc(40)]).toEqual([2, 0]);
  });
});

describe("gamma and beta functions", () => {
  test("log gamma steps by log x from one argument to the next", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e4, noNaN: true }), (x) => {
        const step = logGamma(x + 1) - logGamma(x);
        expect(Math.abs(step - Math.log(x))).toBeLessThan(1e-14 * Math.max(10, Math.abs(logGamma(x + 1)) * 10));
      }),
    );
  });

  test("the incomplete beta function and its mirror image add up to 1", () => {
    fc.assert(
      fc.property(probability, shape, shape, (x, a, b) => {
        close(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a, x), 1);
      }),
    );
  });

  test("the beta quantile undoes the incomplete beta function", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.999, noNaN: true }), shape, shape, (p, a, b) => {
        const x = betaQuantile(p, a, b);
        // Where the density is steep, neighbouring doubles differ by more than the tolerance.
        const slack = Math.abs(incompleteBeta(x * (1 + 4e-16), a, b) - incompleteBeta(x * (1 - 4e-16), a, b));
        expect(Math.abs(incompleteBeta(x, a, b) - p)).toBeLessThanOrEqual(1e-11 * p + slack);
      }),
    );
  });
});

describe("Student's t", () => {
  test("its quantile undoes its tail", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-9, max: 0.49, noNaN: true }),
        fc.double({ min: 0.7, max: 1e6, noNaN: true }),
        (p, df) => close(tTwoSided(tQuantile(p, df), df), 2 * p, 1e-10),
      ),
    );
  });

  test("with one degree of freedom is Cauchy's distribution", () => {
    close(tQuantile(0.9, 1), Math.tan(0.4 * Math.PI));
    close(tTwoSided(1, 1), 0.5);
  });

  test("with infinitely many degrees of freedom is the normal distribution", () => {
    expect(tQuantile(0.975, Infinity)).toBe(normalQuantile(0.975));
    close(tQuantile(0.975, 1e9), normalQuantile(0.975), 1e-8);
  });
});

describe("binomial distribution", () => {
  const trials = fc
    .integer({ min: 1, max: 200 })
    .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));

  test("its distribution function adds up its probabilities", () => {
    fc.assert(
      fc.property(trials, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ([k, n], p) => {
        let sum = 0;
        for (let i = 0; i <= k; i++) sum += binomialPmf(i, n, p);
        close(binomialCdf(k, n, p), sum, 1e-11);
      }),
    );
  });

  test("the two-sided test adds up every outcome that is no likelier", () => {
    fc.assert(
      fc.property(trials, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ([k, n], p) => {
        const limit = binomialPmf(k, n, p) * (1 + 1e-7);
        let sum = 0;
        for (let i = 0; i <= n; i++) if (binomialPmf(i, n, p) <= limit) sum += binomialPmf(i, n, p);
        close(binomialTest(k, n, p), Math.min(1, sum), 1e-9);
      }),
    );
  });
});

test("a root is found to the last digits wherever in the bracket it lies", () => {
  fc.assert(
    fc.property(fc.double({ min: -9, max: 9, noNaN: true }), (root) => {
      const found = findRoot((x) => Math.expm1(x - root), -10, 10);
      expect(Math.abs(found - root)).toBeLessThan(1e-13 * Math.max(1, Math.abs(root)));
    }),
  );
});

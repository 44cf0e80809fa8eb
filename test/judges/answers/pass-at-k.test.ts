import * as fc from "fast-check";
import { expect, it } from "vitest";

import { passAtK, passHatK } from "../../../judges/answers/pass-at-k.ts";

/** All subsets of k of n samples. */
function subsets(n: number, k: number): number[][] {
  if (k === 0) return [[]];
  return Array.from({ length: n }, (_, last) => subsets(last, k - 1).map((rest) => rest.concat(last))).flat();
}

it("is the share of draws with one right sample, or with only right ones", () => {
  const sizes = fc
    .integer({ min: 1, max: 9 })
    .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n }), fc.integer({ min: 1, max: n })));
  fc.assert(
    fc.property(sizes, ([n, c, k]) => {
      const draws = subsets(n, k);
      const share = (holds: (draw: number[]) => boolean): number => draws.filter(holds).length / draws.length;
      expect(passAtK(n, c, k)).toBeCloseTo(
        share((draw) => draw.some((sample) => sample < c)),
        12,
      );
      expect(passHatK(n, c, k)).toBeCloseTo(
        share((draw) => draw.every((sample) => sample < c)),
        12,
      );
    }),
  );
});

it("is undefined for more draws than samples", () => {
  expect(passAtK(3, 3, 4)).toBeNaN();
  expect(passHatK(3, 3, 4)).toBeNaN();
});

import * as fc from "fast-check";
import { expect, it } from "vitest";

import { readNumber } from "../../../judges/answers/number.ts";

it.each([
  ["about 1,234,567.5 m", 1234567.5],
  ["−4 °C", -4],
  ["10-12 people", 12],
  ["v2.31.4", undefined],
  ["x=.5", 0.5],
  ["2.5e-3", 0.0025],
  ["1e999", undefined],
  ["1,23", 23],
  ["(+7)", 7],
  ["Room 7.", 7],
  ["$18", 18],
  ["well...42", 42],
  ["a7", undefined],
  ["none", undefined],
  ["", undefined],
])("reads the last number of %j as %j", (text, expected) => {
  expect(readNumber(text, "last")).toBe(expected);
});

it("reads the first number if asked", () => {
  expect(readNumber("3 of 8", "first")).toBe(3);
});

it("reads any number that JavaScript writes", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(readNumber(`so it is ${number} then`, "last")).toBe(number + 0);
    }),
  );
});

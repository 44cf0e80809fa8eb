import { expect, it } from "vitest";

import { errorCounter, errorRates, speechWords } from "../../../judges/speech/error-rates.ts";

it("splits at spaces only, and takes two or more white space characters for one space", () => {
  expect(speechWords("  one\t two\n\nthree four\tfive ")).toEqual(["one", "two", "three", "four\tfive"]);
  expect(speechWords(" \n ")).toEqual([]);
});

it("counts words and characters against the reference", () => {
  const counts = errorCounter()("the old mill turns", "an old mill turned round");
  expect(counts).toEqual([2, 2, 0, 1, 11, 18]);
  const rates = errorRates(counts);
  expect(rates.wer).toBe(0.75);
  expect(rates.mer).toBe(0.6);
  expect(rates.wip).toBeCloseTo((2 / 4) * (2 / 5), 12);
  expect(rates.wil).toBeCloseTo(0.8, 12);
  expect(rates.cer).toBeCloseTo(11 / 18, 12);
});

it("counts characters by code point", () => {
  expect(errorCounter()("🚢🚢", "🚢🚣").slice(4)).toEqual([1, 2]);
});

it.each([
  ["", "", { wer: 0, mer: 0, wil: 0, wip: 1, cer: 0 }],
  ["", "two words", { wer: 2, mer: 1, wil: 1, wip: 0, cer: 9 }],
  ["two words", "", { wer: 1, mer: 1, wil: 1, wip: 0, cer: 1 }],
])("rates %j against %j as jiwer does", (reference, hypothesis, rates) => {
  expect(errorRates(errorCounter()(reference, hypothesis))).toEqual(rates);
});

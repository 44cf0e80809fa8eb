import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoff, createRetryBudget, parseRetryAfter } from "../../../src/backend/http/retry.ts";

const NOON = Date.parse("2026-03-02T12:00:00Z");

describe("backoff", () => {
  it("is spread over the whole interval, which doubles up to a minute", () => {
    expect(backoff(1, 0)).toBe(0);
    expect(backoff(1, 0.5)).toBe(250);
    expect(backoff(4, 0.5)).toBe(2000);
    expect(backoff(40, 0.5)).toBe(30_000);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const wait = backoff(attempt, random);
          return wait >= 0 && wait <= Math.min(60_000, 500 * 2 ** (attempt - 1));
        },
      ),
    );
  });
});

describe("Retry-After", () => {
  it.each([
    ["2", 2000],
    ["0", 0],
    [" 1.5 ", 1500],
    ["1000000000", 300_000],
    ["Mon, 02 Mar 2026 12:00:07 GMT", 7000],
    ["Mon, 02 Mar 2026 11:00:00 GMT", 0],
    ["Tue, 02 Mar 2032 12:00:00 GMT", 300_000],
    ["Monday, 02-Mar-26 12:00:01 GMT", 1000],
    ["-1", undefined],
    ["soon", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("of %j is %s ms", (header, wait) => {
    expect(parseRetryAfter(header, NOON)).toBe(wait);
  });
});

describe("the retry budget", () => {
  it("allows a tenth of the requests sent, beyond what it begins with", () => {
    const budget = createRetryBudget(0.1, 3);
    let retries = 0;
    for (let i = 0; i < 1000; i++) {
      budget.earn();
      if (budget.spend()) retries++;
    }
    expect(retries).toBeGreaterThanOrEqual(102);
    expect(retries).toBeLessThanOrEqual(103);
  });
});

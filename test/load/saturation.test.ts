import { describe, expect, it } from "vitest";

import { arrivalTimes } from "../../src/load/arrivals.ts";
import type { StageResult } from "../../src/load/load-result.ts";
import { findSaturation, isSaturated } from "../../src/load/saturation.ts";

function stage(
  load: number,
  perSecond: number,
  open?: { readonly growth: number; readonly unsent?: number },
): StageResult {
  const value = { value: perSecond, n: 3, lo: perSecond, hi: perSecond, method: "" };
  const sent = 600;
  return {
    stage: {
      arrival: open === undefined ? "closed" : "poisson",
      concurrency: load,
      rate: open === undefined ? null : load,
    },
    repeats: 3,
    seconds: 30,
    requests: { sent, completed: sent, failed: 0, unsent: open?.unsent ?? 0, good: null },
    errors: [],
    rates: { requests: value, outputTokens: null, promptTokens: null, goodput: null },
    latencies: { ttft: null, itl: null, tpot: null, e2e: null, ttftFromIntended: null, e2eFromIntended: null },
    tokens: { prompt: null, output: null, events: null },
    clientBusy: 0,
    waitGrowth: open?.growth ?? null,
    gpu: null,
  };
}

describe("the point of saturation", () => {
  it("is not looked for where the server answers nothing", () => {
    const silent = (each: StageResult): StageResult => ({
      ...each,
      requests: { sent: 600, completed: 0, failed: 600, unsent: 0, good: null },
    });
    const closed = [stage(1, 0), stage(2, 0)].map(silent);
    expect(findSaturation(closed)).toEqual({ stage: null, why: "not found: no request was answered" });
    expect(isSaturated(closed)).toBe(true);
    expect(findSaturation([stage(1, 0, { growth: 0 }), stage(2, 0, { growth: 0 })].map(silent))?.why).toMatch(
      /^not found/,
    );
    // Failing fast is not keeping up.
    expect(findSaturation([stage(1, 1, { growth: 0 }), silent(stage(2, 0, { growth: 0 }))])).toMatchObject({
      stage: 0,
    });
  });

  it("is the smallest concurrency that gives nearly the best rate", () => {
    const sweep = [stage(1, 10), stage(2, 19), stage(4, 37), stage(8, 39), stage(16, 38.5)];
    expect(findSaturation(sweep)).toMatchObject({ stage: 3 });
    expect(findSaturation(sweep.slice(0, 3))).toMatchObject({ stage: null });
    expect(isSaturated(sweep.slice(0, 3))).toBe(false);
    expect(isSaturated(sweep.slice(0, 5))).toBe(true);
  });

  it("is the highest rate at which requests do not pile up, however many were answered", () => {
    const kept = stage(10, 9, { growth: 0.01 });
    const late = stage(20, 12, { growth: 0.4 });
    expect(findSaturation([kept, late])).toMatchObject({ stage: 0 });
    expect(findSaturation([kept, stage(20, 12, { growth: -0.02 })])).toMatchObject({ stage: null });
    expect(findSaturation([kept, stage(20, 20, { growth: 0, unsent: 40 })])).toMatchObject({ stage: 0 });
    expect(findSaturation([late, late])?.why).toContain("below the lowest rate");
  });

  it("needs more than one load", () => {
    expect(findSaturation([stage(1, 10)])).toBeNull();
  });
});

describe("arrivals", () => {
  const first = (arrival: "constant" | "poisson", seed: number, count: number): number[] => {
    const times = arrivalTimes(arrival, { rate: 50, seed });
    return Array.from({ length: count }, () => times.next().value);
  };

  it("come evenly, or at random with the mean and the spread of a Poisson process", () => {
    expect(first("constant", 0, 3)).toEqual([0, 20, 40]);
    const times = first("poisson", 1, 20_000);
    const gaps = times.map((at, i) => at - (times[i - 1] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const sd = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    // Four standard errors of 20,000 exponential gaps.
    expect(Math.abs(mean / 20 - 1)).toBeLessThan(4 / Math.sqrt(20_000));
    expect(Math.abs(sd / 20 - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000));
  });

  it("are the same for the same seed only", () => {
    expect(first("poisson", 3, 300)).toEqual(first("poisson", 3, 300));
    expect(first("poisson", 3, 3)).not.toEqual(first("poisson", 4, 3));
  });
});

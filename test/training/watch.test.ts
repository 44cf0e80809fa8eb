import { describe, expect, it } from "vitest";

import type { Diagnosis } from "../../src/core/verdict.ts";
import type { DiscoveredCheckpoint } from "../../src/training/index.ts";
import { planRetention } from "../../src/training/retention.ts";
import { nextToEvaluate } from "../../src/training/watch-order.ts";
import { decideStop } from "../../src/training/watch-verdict.ts";

function checkpoint(step: number, complete = true): DiscoveredCheckpoint {
  return {
    name: `checkpoint-${step}`,
    path: `/out/checkpoint-${step}`,
    step,
    epoch: null,
    format: "hf-safetensors",
    weights: [],
    tokenizer: null,
    bytes: 1,
    complete,
    reason: null,
    base: null,
  };
}

describe("the next checkpoint to evaluate", () => {
  const waiting = [100, 200, 300].map((step) => checkpoint(step));
  const losses: Readonly<Record<number, number>> = { 100: 2, 200: 1, 300: 1.5 };
  const next = (order: "newest" | "best" | "oldest", more: readonly DiscoveredCheckpoint[] = []) =>
    nextToEvaluate([...waiting, ...more], order, (step) => losses[step])?.step;

  it("is the newest, the oldest, or the one of lowest loss", () => {
    expect([next("newest"), next("oldest"), next("best")]).toEqual([300, 100, 200]);
  });

  it("is step 0 before all others, and one without a loss after those that have one", () => {
    expect(next("newest", [checkpoint(0)])).toBe(0);
    expect(next("best", [checkpoint(400)])).toBe(200);
    expect(nextToEvaluate([checkpoint(400), checkpoint(500)], "best", () => undefined)?.step).toBe(500);
    expect(nextToEvaluate([], "best", () => undefined)).toBeUndefined();
  });
});

describe("whether a training is stopped", () => {
  const overfit: Diagnosis = {
    verdict: "overfit",
    since: { lo: 30, hi: 40 },
    ship: 30,
    equivalent: [30],
    evidence: ["loss up 12 %"],
    numbers: {},
  };
  const on = new Set(["overfit"] as const);

  it("follows the loss while the scores do not contradict it", () => {
    expect(decideStop(overfit, { best: null, equivalent: [] }, on)).toEqual({
      stop: true,
      verdict: "overfit",
      why: "overfit since step 30–40: loss up 12 %",
    });
    expect(decideStop(overfit, { best: 60, equivalent: [30, 60] }, on)).toMatchObject({ stop: true });
    expect(decideStop(overfit, { best: 20, equivalent: [20] }, on)).toMatchObject({ stop: true });
  });

  it("waits while the scores still rise beyond the onset", () => {
    expect(decideStop(overfit, { best: 60, equivalent: [50, 60] }, on)).toEqual({
      stop: false,
      why: "the loss overfits since step 30–40, but the scores still rise: step 60 is better than every step up to 40",
    });
  });

  it("needs a verdict that the user named", () => {
    expect(decideStop(overfit, { best: null, equivalent: [] }, new Set())).toEqual({ stop: false, why: null });
    expect(decideStop({ ...overfit, verdict: "healthy" }, { best: null, equivalent: [] }, on).stop).toBe(false);
  });
});

describe("which checkpoints may go", () => {
  const all = [0, 10, 20, 30, 40, 50].map((step) => checkpoint(step, step !== 50));
  const evaluated = new Set([0, 10, 20, 30, 40].map((step) => `/out/checkpoint-${step}`));

  it("are those that were evaluated and nothing needs any more", () => {
    const { keep, remove } = planRetention(all, { ship: "/out/checkpoint-20", lowestLoss: 10, evaluated });
    expect(remove.map(({ step }) => step)).toEqual([30]);
    expect(keep.map(({ checkpoint: { step }, reason }) => [step, reason])).toEqual([
      [0, "it is the base model"],
      [10, "it has the lowest loss"],
      [20, "it is the one to ship"],
      [40, "the training would be resumed from it"],
      [50, "it is not complete"],
    ]);
  });

  it("are none while no checkpoint is chosen, or none was evaluated", () => {
    expect(planRetention(all, { ship: null, lowestLoss: 10, evaluated }).remove).toEqual([]);
    const none = planRetention(all, { ship: "/out/checkpoint-20", lowestLoss: 10, evaluated: new Set() });
    expect(none.remove).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";

import { buildComparison } from "../../src/compare/compare.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import type { GateResult } from "../../src/compare/gate/gate-result.ts";
import { runBaseline } from "../../src/compare/baseline/run-baseline.ts";
import { readRun } from "../../src/compare/run-data.ts";
import type { Gate } from "../../src/suite/suite.ts";
import { gateOf } from "../fixtures/runs/gate.ts";
import { answerTo, makeRun, type MadeCheckpoint, type MadeRun } from "../fixtures/runs/make-run.ts";

const CHECKPOINT = "toy/checkpoint-1";

const answering = (isRight: (i: number) => boolean | null): MadeCheckpoint => ({
  name: "checkpoint-1",
  step: 1,
  answer: (i) => {
    const right = isRight(i);
    return right === null ? null : right ? answerTo(i) : "no idea";
  },
});

interface Before {
  readonly n: number;
  readonly before: (i: number) => boolean | null;
  readonly after: (i: number) => boolean | null;
  readonly extra?: Partial<MadeRun>;
}

async function gated(gates: readonly Gate[], { n, before, after, extra = {} }: Before): Promise<Comparison> {
  const old = await readRun(await makeRun({ n, checkpoints: [answering(before)], id: "toy-before", ...extra }));
  const now = await readRun(await makeRun({ n, checkpoints: [answering(after)], gates, ...extra }));
  return buildComparison(now, { baseline: runBaseline(old, CHECKPOINT) });
}

async function outcomeOf(gate: Gate, runs: Before): Promise<GateResult> {
  const { gates } = await gated([gate], runs);
  return gates[0] as GateResult;
}

const close = (value: number): number => expect.closeTo(value, 12) as number;

const all = (): boolean => true;

describe("a regression gate", () => {
  it("fails on a drop that is beyond the limit and significant, and says both numbers", async () => {
    const runs = { n: 200, before: all, after: (i: number) => i >= 20 };
    const { gates, verdict, summary } = await gated([gateOf({ maxDrop: 2 })], runs);
    expect(gates[0]).toMatchObject({ outcome: "fail", value: 90, baseline: 100, samplesNeeded: null });
    // Twenty samples broke and none was mended: the exact one-sided probability is (1/2)^20.
    expect(gates[0]?.difference?.p).toBeCloseTo(0.5 ** 20, 12);
    expect(gates[0]?.reason).toMatch(
      /dropped by more than 2: 100\.0 → 90\.0, −10\.0 \[.+\] on 200 samples; p < 0\.0001/,
    );
    expect(verdict).toEqual({ kind: "regressed", gates: ["quiz/exact_match: no drop beyond 2"] });
    expect(summary[0]).toBe("Regressed: quiz/exact_match: no drop beyond 2.");
  });

  it("lets a significant drop within the limit pass", async () => {
    const result = await outcomeOf(gateOf({ maxDrop: 10 }), { n: 200, before: all, after: (i) => i >= 20 });
    expect(result).toMatchObject({ outcome: "pass" });
    expect(result.difference?.p).toBeLessThan(0.001);
  });

  it("is inconclusive on a drop beyond the limit that may be noise, and says how many samples would tell", async () => {
    const result = await outcomeOf(gateOf({ maxDrop: 1 }), {
      n: 100,
      before: (i) => i % 20 !== 0,
      after: (i) => (i % 20 !== 0 && i % 20 !== 1 && i !== 7 ? true : i === 0 || i === 20 || i === 40),
    });
    expect(result.outcome).toBe("inconclusive");
    // 95 → 92: six samples broke, three were mended.
    expect(result.difference).toMatchObject({ value: expect.closeTo(-3, 9) as number, n: 100 });
    expect(result.samplesNeeded).toBeGreaterThan(300);
    expect(result.samplesNeeded).toBeLessThan(1000);
    expect(result.reason).toContain(`about ${result.samplesNeeded} more samples would decide`);
  });

  it("is inconclusive without a baseline", async () => {
    const now = await readRun(await makeRun({ n: 20, checkpoints: [answering(all)], gates: [gateOf()] }));
    const { gates, verdict } = await buildComparison(now);
    expect(gates[0]).toMatchObject({ outcome: "inconclusive", reason: "there is no baseline to compare with" });
    expect(verdict.kind).toBe("pass");
  });

  it("corrects for the number of regression gates", async () => {
    // Five broke, none mended: p = 1/32, significant alone, not as one of two.
    const runs = { n: 100, before: all, after: (i: number) => i >= 5 };
    const alone = await gated([gateOf()], runs);
    expect(alone.gates[0]).toMatchObject({ outcome: "fail", difference: { pAdjusted: close(1 / 32) } });
    const two = await gated([gateOf(), gateOf({ slice: { field: "half", value: "low" } })], runs);
    expect(two.gates.map(({ outcome }) => outcome)).toEqual(["inconclusive", "inconclusive"]);
    expect(two.gates[0]?.difference).toMatchObject({ p: close(1 / 32), pAdjusted: close(1 / 16) });
    expect(two.gates[0]?.reason).toContain("Holm over 2 gates");
  });

  it("turns around for a metric whose lower values are better", async () => {
    const gate = gateOf({ metric: "quiz/wer", maxDrop: 1 });
    const extra = { judges: ["wer"] };
    const worse = await outcomeOf(gate, { n: 60, before: all, after: (i) => i >= 20, extra });
    expect(worse.outcome).toBe("fail");
    expect(worse.difference?.value).toBeGreaterThan(0);
    const better = await outcomeOf(gate, { n: 60, before: (i) => i >= 20, after: all, extra });
    expect(better.outcome).toBe("pass");
  });

  it("tests a corpus metric by resampling", async () => {
    const gate = gateOf({ metric: "quiz/chrf", maxDrop: 1 });
    const result = await outcomeOf(gate, { n: 60, before: all, after: (i) => i >= 30, extra: { judges: ["chrf"] } });
    expect(result.outcome).toBe("fail");
    expect(result.difference?.test).toContain("approximate-randomisation");
  });

  it("says why scores cannot be compared", async () => {
    const old = await readRun(await makeRun({ n: 20, checkpoints: [answering(all)], digest: "other" }));
    const now = await readRun(await makeRun({ n: 20, checkpoints: [answering(all)], gates: [gateOf()] }));
    const { gates } = await buildComparison(now, { baseline: runBaseline(old, CHECKPOINT) });
    expect(gates[0]).toMatchObject({
      outcome: "inconclusive",
      reason: expect.stringContaining('the samples or the prompt of task "quiz" changed') as string,
    });
  });
});

describe("a noninferiority gate", () => {
  const gate = gateOf({ mode: "noninferior", maxDrop: 3 });

  it("passes where a drop of the margin is ruled out", async () => {
    const result = await outcomeOf(gate, { n: 400, before: all, after: (i) => i !== 0 });
    expect(result).toMatchObject({ outcome: "pass" });
    expect(result.difference?.lo).toBeGreaterThan(-3);
  });

  it("fails where a larger drop is certain", async () => {
    const result = await outcomeOf(gate, { n: 400, before: all, after: (i) => i >= 40 });
    expect(result).toMatchObject({ outcome: "fail" });
    expect(result.difference?.hi).toBeLessThan(-3);
  });

  it("is inconclusive in between, and with the samples that it asks for it would not be", async () => {
    const flips = (n: number) => ({
      n,
      before: (i: number) => i % 10 !== 0,
      after: (i: number) => i % 10 !== 1,
    });
    const few = await outcomeOf(gate, flips(60));
    expect(few.outcome).toBe("inconclusive");
    const enough = await outcomeOf(gate, flips(60 + (few.samplesNeeded ?? 0)));
    expect(enough.outcome).toBe("pass");
  });
});

describe("a threshold gate", () => {
  const threshold = (part: Partial<Gate>): Gate => gateOf({ mode: "threshold", ...part });
  const runs = { n: 100, before: all, after: (i: number) => i < 70 };

  it("bounds the value", async () => {
    expect(await outcomeOf(threshold({ min: 60 }), runs)).toMatchObject({ outcome: "pass", value: 70, n: 100 });
    expect(await outcomeOf(threshold({ min: 70 }), runs)).toMatchObject({ outcome: "pass" });
    const failed = await outcomeOf(threshold({ min: 72 }), runs);
    expect(failed).toMatchObject({ outcome: "fail", name: "quiz/exact_match ≥ 72" });
    expect(failed.reason).toContain("below 72, within its error");
    expect(await outcomeOf(threshold({ max: 50 }), runs)).toMatchObject({ outcome: "fail" });
  });

  it("looks at a slice", async () => {
    const low = { field: "half", value: "low" };
    expect(await outcomeOf(threshold({ min: 95, slice: low }), runs)).toMatchObject({ outcome: "pass", n: 50 });
    const nowhere = { field: "half", value: "middle" };
    expect(await outcomeOf(threshold({ min: 95, slice: nowhere }), runs)).toMatchObject({
      outcome: "inconclusive",
      reason: "no sample is in this slice",
    });
  });

  it("is inconclusive with too few samples and says how many are missing", async () => {
    expect(await outcomeOf(threshold({ min: 1, minN: 150 }), runs)).toMatchObject({
      outcome: "inconclusive",
      samplesNeeded: 50,
    });
  });

  it("bounds the share of answers that are missing", async () => {
    const gate = threshold({ metric: "failure_rate", max: 0.05 });
    const flaky = { ...runs, after: (i: number) => (i < 6 ? null : true) };
    expect(await outcomeOf(gate, flaky)).toMatchObject({ outcome: "fail", value: 0.06 });
    const half = { ...gate, metric: "quiz/failure_rate", slice: { field: "half", value: "high" } };
    expect(await outcomeOf(half, flaky)).toMatchObject({ outcome: "pass", value: 0, n: 50 });
  });

  it("fails on overfitting, and the verdict stays what it is", async () => {
    const training = [4, 3, 2.5, 2.7, 3, 3.4, 3.9].map((evalLoss, i) => ({
      step: i * 10,
      evalLoss,
      trainLoss: 4 - i * 0.6,
    }));
    const { gates, verdict } = await gated([threshold({ metric: "overfit" })], { ...runs, extra: { training } });
    expect(gates[0]).toMatchObject({ outcome: "fail" });
    expect(verdict.kind).toBe("overfit");
  });

  it("does not fail the run where it only warns", async () => {
    const { gates, verdict } = await gated([threshold({ min: 99, severity: "warn" })], runs);
    expect(gates[0]?.outcome).toBe("fail");
    expect(verdict.kind).toBe("pass");
  });

  it("is inconclusive for a metric that the run does not have", async () => {
    expect(await outcomeOf(threshold({ metric: "other/bleu", min: 1 }), runs)).toMatchObject({
      outcome: "inconclusive",
      reason: "the run has no other/bleu",
    });
  });
});

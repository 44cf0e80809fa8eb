import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import {
  openBaseline,
  parseBaseline,
  baselineText,
  type BaselineFile,
} from "../../src/compare/baseline/baseline-file.ts";
import { requireComparable, type Baseline } from "../../src/compare/baseline/baseline.ts";
import { makeBaseline } from "../../src/compare/baseline/make-baseline.ts";
import { withRepetition } from "../../src/compare/baseline/repeat.ts";
import { runBaseline } from "../../src/compare/baseline/run-baseline.ts";
import type { GateResult } from "../../src/compare/gate/gate-result.ts";
import { evaluateGates } from "../../src/compare/gates.ts";
import { readRun, type RunData } from "../../src/compare/run-data.ts";
import { numpyMt19937 } from "../../src/stats/mt19937.ts";
import type { Gate } from "../../src/suite/suite.ts";
import { gateOf } from "../fixtures/runs/gate.ts";
import { answerTo, makeRun, type MadeRun } from "../fixtures/runs/make-run.ts";

const CHECKPOINT = "toy/checkpoint-1";

interface Made extends Partial<MadeRun> {
  readonly ms?: (i: number) => number | undefined;
  /** True for samples whose answer is missing. */
  readonly isMissing?: (i: number) => boolean;
  readonly weights?: string;
}

async function run({ ms, isMissing, weights = "checkpoint-1", ...extra }: Made = {}): Promise<RunData> {
  const checkpoint = {
    name: weights,
    step: 1,
    answer: (i: number) => (isMissing?.(i) === true ? null : answerTo(i)),
    ...(ms === undefined ? {} : { ms }),
  };
  return readRun(await makeRun({ n: 200, checkpoints: [checkpoint], ...extra }));
}

/** Times around 100 ms that a seed decides, each sample with a length of its own. */
function noise(seed: number, factor = 1): (i: number) => number {
  const random = numpyMt19937(seed);
  const noises = Array.from({ length: 200 }, () => Math.exp(0.2 * (random.double() + random.double() - 1)));
  return (i) => 100 * (1 + (i % 7)) * (noises[i] ?? 1) * factor;
}

async function results(gates: readonly Gate[], data: RunData, baseline: Baseline | null): Promise<GateResult[]> {
  return evaluateGates({ data, baseline, gates, checkpoint: 0, diagnosis: null, seed: 1 });
}

async function outcomeOf(gate: Partial<Gate>, before: Made, now: Made): Promise<GateResult> {
  const baseline = runBaseline(await run({ id: "before", ...before }), CHECKPOINT);
  const [result] = await results([gateOf(gate)], await run(now), baseline);
  if (result === undefined) throw new RangeError("no result");
  return result;
}

const latency = { metric: "latency", maxDrop: 10, relative: true } as const;

describe("a gate on latency", () => {
  it("fails where the same answers take longer, beyond a limit in percent", async () => {
    const result = await outcomeOf(latency, { ms: noise(1) }, { ms: noise(2, 1.3) });
    expect(result).toMatchObject({
      name: "latency: no rise beyond 10 %",
      outcome: "fail",
      n: 200,
      samplesNeeded: null,
    });
    expect(result.reason).toMatch(
      /^rose by more than 10 %: .* ms at the median, \+\d\d\.\d % \[.*\] on 200 answers, one run against one, where /,
    );
    expect(result.difference?.value).toBeGreaterThan(0);
    expect(result.difference?.value).toBeCloseTo(0.3 * (result.baseline ?? 0), -2);
  });

  it("passes where they do not, or not by as much as is let pass", async () => {
    const same = await outcomeOf({ ...latency, maxDrop: 3 }, { ms: noise(1) }, { ms: noise(2) });
    expect(same.outcome).toBe("pass");
    const within = await outcomeOf({ ...latency, maxDrop: 40 }, { ms: noise(1) }, { ms: noise(2, 1.3) });
    expect(within).toMatchObject({
      outcome: "pass",
      reason: expect.stringContaining("rose no more than 40 %") as string,
    });
    const faster = await outcomeOf(latency, { ms: noise(1) }, { ms: noise(2, 0.7) });
    expect(faster).toMatchObject({ outcome: "pass", reason: expect.stringContaining("no rise") as string });
  });

  it("has limits in milliseconds, and noninferiority", async () => {
    const many = await outcomeOf({ metric: "latency", maxDrop: 50 }, { ms: noise(1) }, { ms: noise(2, 1.3) });
    expect(many.outcome).toBe("fail");
    const noninferior = { ...latency, mode: "noninferior" } as const;
    expect((await outcomeOf(noninferior, { ms: noise(1) }, { ms: noise(2) })).outcome).toBe("pass");
    expect((await outcomeOf(noninferior, { ms: noise(1) }, { ms: noise(2, 1.3) })).outcome).toBe("fail");
    const unsure = await outcomeOf({ ...noninferior, maxDrop: 1 }, { ms: noise(1) }, { ms: noise(2, 1.01) });
    expect(unsure.outcome).toBe("inconclusive");
    expect(unsure.samplesNeeded).toBeGreaterThan(0);
  });

  it("looks at the tail, and at slices", async () => {
    const tail = (i: number): number => noise(2)(i) * (i % 10 === 0 ? 20 : 1);
    const p95 = await outcomeOf({ ...latency, metric: "quiz/latency_p95" }, { ms: noise(1) }, { ms: tail });
    expect(p95).toMatchObject({
      outcome: "fail",
      reason: expect.stringContaining("ms at the 95th percentile") as string,
    });
    const lateHalf = (i: number): number => noise(2, i < 100 ? 1 : 2)(i);
    const slice = (value: string) => ({ ...latency, slice: { field: "half", value } });
    expect((await outcomeOf(slice("low"), { ms: noise(1) }, { ms: lateHalf })).outcome).toBe("pass");
    expect(await outcomeOf(slice("high"), { ms: noise(1) }, { ms: lateHalf })).toMatchObject({
      outcome: "fail",
      n: 100,
    });
  });

  it("is not decided on another machine unless it is asked to", async () => {
    const before = { ms: noise(1), machine: "8 × faster, 64 GB" };
    const now = { ms: noise(2, 1.3) };
    const result = await outcomeOf(latency, before, now);
    expect(result.outcome).toBe("inconclusive");
    expect(result.reason).toContain("the machine is 2 × made up, 8 GB, and was 8 × faster, 64 GB");
    expect((await outcomeOf({ ...latency, allowDifferent: true }, before, now)).outcome).toBe("fail");
    const unknown = await outcomeOf(latency, { ms: noise(1), machine: undefined }, now);
    expect(unknown.reason).toContain("the machine was not recorded");
  });

  it("is not decided on answers from a cache, or on hardly any", async () => {
    const none = await outcomeOf(latency, { ms: noise(1) }, { ms: () => undefined });
    expect(none).toMatchObject({ outcome: "inconclusive", reason: expect.stringContaining("--no-cache") as string });
    const few = await outcomeOf(latency, { ms: noise(1) }, { ms: (i) => (i < 9 ? 5 : undefined) });
    expect(few.reason).toMatch(/^9 answers were timed in both runs, and it takes 10/);
    const asked = await outcomeOf({ ...latency, minN: 201 }, { ms: noise(1) }, { ms: noise(2, 1.3) });
    expect(asked).toMatchObject({ outcome: "inconclusive", samplesNeeded: 1, difference: null });
  });

  it("counts in Holm's correction with the other regression gates", async () => {
    const gates = [
      gateOf(latency),
      gateOf(),
      gateOf({ metric: "failure_rate" }),
      gateOf({ ...latency, mode: "noninferior" }),
    ];
    const baseline = runBaseline(await run({ id: "before", ms: noise(1) }), CHECKPOINT);
    const [first] = await results(gates, await run({ ms: noise(2, 1.3) }), baseline);
    expect(first?.reason).toContain("Holm over 3 gates");
    expect(first?.difference?.pAdjusted).toBeCloseTo(3 * (first?.difference?.p ?? 1), 12);
  });

  it("refuses other samples before anything is asked, and decides nothing by them afterwards", async () => {
    const baseline = runBaseline(await run({ id: "before", digest: "other" }), CHECKPOINT);
    const data = await run();
    const message = 'the samples or the prompt of task "quiz" changed';
    expect(() => requireComparable(data, baseline, [gateOf(latency)])).toThrow(message);
    expect(() => requireComparable(data, baseline, [gateOf({ metric: "failure_rate" })])).toThrow(message);
    const [result] = await results([gateOf(latency)], data, baseline);
    expect(result).toMatchObject({ outcome: "inconclusive", reason: expect.stringContaining(message) as string });
  });
});

describe("a gate on the failure rate", () => {
  const gate = { metric: "failure_rate", maxDrop: 0.02 };

  it("pairs the answers that are missing", async () => {
    const result = await outcomeOf(gate, { isMissing: (i) => i < 5 }, { isMissing: (i) => i < 25 });
    expect(result).toMatchObject({ outcome: "fail", value: 0.125, baseline: 0.025, n: 200 });
    // Twenty answers went missing and none came back.
    expect(result.difference?.p).toBeCloseTo(0.5 ** 20, 12);
    expect(result.reason).toContain("rose by more than 0.02");
    const few = await outcomeOf(gate, { isMissing: (i) => i < 5 }, { isMissing: (i) => i < 8 });
    expect(few.outcome).toBe("pass");
    const noise = await outcomeOf(
      { ...gate, maxDrop: 0.001 },
      { isMissing: (i) => i < 5 },
      { isMissing: (i) => i < 8 },
    );
    expect(noise).toMatchObject({ outcome: "inconclusive", difference: { p: expect.closeTo(0.125, 12) as number } });
  });

  it("has noninferiority, per task and slice", async () => {
    const noninferior = { ...gate, metric: "quiz/failure_rate", mode: "noninferior", maxDrop: 0.03 } as const;
    expect((await outcomeOf(noninferior, {}, {})).outcome).toBe("pass");
    expect((await outcomeOf(noninferior, {}, { isMissing: (i) => i < 50 })).outcome).toBe("fail");
    const slice = { ...gate, slice: { field: "half", value: "high" } };
    expect((await outcomeOf(slice, {}, { isMissing: (i) => i < 50 })).outcome).toBe("pass");
  });
});

describe("gates on memory and energy", () => {
  const memory = gateOf({ metric: "memory", maxDrop: 5, relative: true });
  const energy = gateOf({ metric: "energy", maxDrop: 5, relative: true, mode: "noninferior" });

  /** The file of a baseline and so many repetitions of it, with slightly other figures each. */
  async function repeated(times: number): Promise<BaselineFile> {
    const made = async (k: number): Promise<RunData> =>
      run({ id: `before-${k}`, ms: noise(k), gpu: { memory: 4000 + 4 * k, watts: 300 + 2 * k } });
    const file: BaselineFile = { format: "evalh-baseline/1", ...(await makeBaseline(await made(0), CHECKPOINT, [])) };
    let { measured } = file;
    for (let k = 1; k < times; k++)
      measured = await withRepetition({ ...file, ...(measured && { measured }) }, await made(k));
    return parseBaseline(baselineText({ ...file, ...(measured && { measured }) }), "evalh.baseline.json");
  }

  it("ask for three runs of the baseline, and say how to get them", async () => {
    const baseline = await openBaseline(await repeated(2), "evalh.baseline.json");
    const now = await run({ gpu: { memory: 5000, watts: 400 } });
    const [first] = await results([memory], now, baseline);
    expect(first?.outcome).toBe("inconclusive");
    expect(first?.reason).toContain("evalh.baseline.json has 2; run its checkpoint again");
    expect(first?.reason).toContain("evalh baseline repeat");
  });

  it("hold a run against the spread of the baseline's", async () => {
    const baseline = await openBaseline(await repeated(4), "evalh.baseline.json");
    const more = await results([memory, energy], await run({ gpu: { memory: 5000, watts: 400 } }), baseline);
    expect(more.map(({ outcome }) => outcome)).toEqual(["fail", "fail"]);
    expect(more[0]).toMatchObject({
      value: 5000,
      difference: { n: 4, test: "prediction-t (4 runs)" },
    });
    expect(more[0]?.reason).toMatch(/4006\.00 → 5000\.00 MiB, \+24\.8 % .* against 4 runs of the baseline/);
    const same = await results([memory, energy], await run({ gpu: { memory: 4010, watts: 303 } }), baseline);
    expect(same.map(({ outcome }) => outcome)).toEqual(["pass", "pass"]);
  });

  it("and latency too is held against the spread of three runs and more", async () => {
    const baseline = await openBaseline(await repeated(4), "evalh.baseline.json");
    const [slow] = await results([gateOf(latency)], await run({ ms: noise(9, 1.3) }), baseline);
    expect(slow).toMatchObject({
      outcome: "fail",
      reason: expect.stringContaining("against 4 runs of the baseline") as string,
    });
    // All of this run was a little slower, as a machine is on a bad day: more than these four ever differed.
    const [same] = await results([gateOf({ ...latency, maxDrop: 0 })], await run({ ms: noise(9) }), baseline);
    expect(same?.outcome).not.toBe("fail");
  });

  it("take no run for a repetition that is none", async () => {
    const file = await repeated(1);
    const refusal = async (data: RunData): Promise<string> =>
      withRepetition(file, data).then(
        () => "none",
        (error: unknown) => String(error),
      );
    expect(await refusal(await run({ id: "before-0" }))).toContain("it is in there already");
    expect(await refusal(await run({ machine: "another" }))).toContain("the machine is another, and was 2 × made up");
    expect(await refusal(await run({ digest: "other" }))).toContain("changed");
    expect(await refusal(await run({ weights: "checkpoint-2" }))).toContain("no checkpoint with the weights of");
    expect(await refusal(await run({ ms: () => undefined }))).toContain("came from the cache");
    const { measured: _none, ...old } = file;
    await expect(withRepetition(old, await run())).rejects.toThrow("does not hold what was measured");
  });

  it("have one message for a baseline of before measurements were kept", async () => {
    const { measured: _none, ...old } = await repeated(1);
    const baseline = await openBaseline(old, "evalh.baseline.json");
    const gates = [memory, gateOf(latency), gateOf({ metric: "failure_rate" })];
    const found = await results(gates, await run({ gpu: { memory: 1, watts: 1 } }), baseline);
    expect(new Set(found.map(({ reason }) => reason))).toEqual(
      new Set([
        "evalh.baseline.json was made before baselines kept what was measured: make it anew with `evalh baseline update`",
      ]),
    );
  });

  it("find damage to what was measured", async () => {
    const file = await repeated(1);
    const [first] = file.measured?.runs ?? [];
    if (first === undefined || file.measured === undefined) throw new RangeError("nothing was measured");
    const answers = { quiz: { ...first.answers["quiz"], data: "H4sI", sha256: "0" } };
    const damaged = { ...file, measured: { ...file.measured, runs: [{ ...first, answers }] } };
    const baseline = await openBaseline(damaged, join(await mkdtemp(join(tmpdir(), "evalh-")), "b.json"));
    await expect(results([gateOf(latency)], await run(), baseline)).rejects.toThrow("are damaged");
  });
});

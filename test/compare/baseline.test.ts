import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import {
  openBaseline,
  parseBaseline,
  readBaselineFile,
  writeBaseline,
  type BaselineFile,
} from "../../src/compare/baseline/baseline-file.ts";
import { baselineConflicts } from "../../src/compare/baseline/baseline.ts";
import { changesSince } from "../../src/compare/baseline/changes.ts";
import { makeBaseline } from "../../src/compare/baseline/make-baseline.ts";
import { packStats, unpackStats } from "../../src/compare/baseline/packed-stats.ts";
import { runBaseline } from "../../src/compare/baseline/run-baseline.ts";
import { readRun } from "../../src/compare/run-data.ts";
import { gateOf } from "../fixtures/runs/gate.ts";
import { answerTo, makeRun, type MadeRun } from "../fixtures/runs/make-run.ts";

const CHECKPOINT = "toy/checkpoint-1";

const run = (right: (i: number) => boolean | null, extra: Partial<MadeRun> = {}): Promise<string> =>
  makeRun({
    n: 60,
    checkpoints: [
      {
        name: "checkpoint-1",
        step: 1,
        answer: (i) => (right(i) === null ? null : right(i) === true ? answerTo(i) : `something like ${answerTo(i)}`),
      },
    ],
    ...extra,
  });

/** The baseline of a run, written and read back. */
async function stored(folder: string): Promise<{ file: BaselineFile; path: string }> {
  const path = join(await mkdtemp(join(tmpdir(), "evalh-baseline-")), "evalh.baseline.json");
  await writeBaseline(path, await makeBaseline(await readRun(folder), CHECKPOINT, []));
  return { file: (await readBaselineFile(path)) as BaselineFile, path };
}

const unitOf = ({ units }: Record<string, unknown>): object => (units as readonly object[])[0] ?? {};

describe("a baseline file", () => {
  it("gives every judge's scores back exactly, whatever their statistics look like", async () => {
    const judges = ["exact_match", "bleu", "rouge", "chrf", "token_f1", "wer"];
    const folder = await run((i) => (i === 7 ? null : i % 3 > 0), { judges });
    const { file, path } = await stored(folder);
    const read = await openBaseline(file, path);
    const direct = runBaseline(await readRun(folder), CHECKPOINT);
    expect([...read.columns.keys()]).toEqual([...direct.columns.keys()]);
    expect(read.columns.size).toBeGreaterThan(judges.length);
    for (const [key, column] of direct.columns) {
      expect(read.columns.get(key)?.ordinals, key).toEqual(column.ordinals);
      expect(read.columns.get(key)?.perSample, key).toEqual(column.perSample);
      expect(read.columns.get(key)?.sufficient.rows, key).toEqual(column.sufficient.rows);
    }
    expect(file.estimates["quiz/exact_match"]).toMatchObject({ n: 59, unit: "percent", higher_is_better: true });
  });

  it("is the same bytes for the same run", async () => {
    const folder = await run((i) => i > 5);
    const [one, two] = [await stored(folder), await stored(folder)];
    expect(await readFile(one.path, "utf8")).toBe(await readFile(two.path, "utf8"));
  });

  it("keeps 100,000 right-or-wrong answers in less than 100 kB", () => {
    let state = 1;
    const stats = Array.from({ length: 100_000 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return { correct: state % 2 === 0 };
    });
    const packed = packStats(stats);
    expect(packed.data.length).toBeLessThan(100_000);
    expect(unpackStats(packed, "x")).toEqual(stats);
  });

  it("refuses scores that are not what was packed", () => {
    const packed = packStats([1, 2, 3]);
    expect(() => unpackStats({ ...packed, sha256: "0" }, "b.json")).toThrow("damaged");
    expect(() => unpackStats({ ...packed, data: packed.data.slice(8) }, "b.json")).toThrow("damaged");
  });

  it("refuses a file that is none, with its name, and knows a missing one", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "evalh-baseline-")), "x.json");
    expect(await readBaselineFile(path)).toBeNull();
    for (const text of ["{", "[]", '{"format": "evalh-baseline/2"}', '{"format": "evalh-baseline/1", "suite": {}}']) {
      await writeFile(path, text);
      await expect(readBaselineFile(path)).rejects.toMatchObject({ code: "E_USAGE", place: { file: path } });
    }
    expect((await stat(path)).isFile()).toBe(true);
  });

  it.each<[string, (file: Record<string, unknown>) => unknown]>([
    ["its suite has no name", (file) => ({ ...file, suite: {} })],
    ["one of its units has no task", (file) => ({ ...file, units: [{}] })],
    [
      'its task "quiz" has no sound number of samples',
      (file) => ({ ...file, units: [{ ...unitOf(file), repeats: 1e9 }] }),
    ],
    [
      'a judge of its task "quiz" is not whole',
      (file) => ({ ...file, units: [{ ...unitOf(file), judges: [{ name: "x" }] }] }),
    ],
    ["one of its estimates is not whole", (file) => ({ ...file, estimates: { x: {} } })],
    ["one of its acceptances is not whole", (file) => ({ ...file, accepted: [{ at: "now" }] })],
    ["what was measured is not whole", (file) => ({ ...file, measured: { conditions: {}, runs: [] } })],
    [
      "one of its measured runs is not whole",
      (file) => ({ ...file, measured: { conditions: {}, runs: [{ id: "r" }] } }),
    ],
  ])("refuses one that was merged badly: %s", async (problem, change) => {
    const { file, path } = await stored(await run(() => true));
    const text = JSON.stringify(change({ ...file }));
    expect(() => parseBaseline(text, path)).toThrow(`not a baseline: ${problem}`);
  });
});

describe("what differs from a baseline", () => {
  it("is worse where the test says so, after correction", async () => {
    const { file, path } = await stored(await run(() => true));
    const baseline = await openBaseline(file, path);
    const now = await readRun(await run((i) => i >= 12));
    const [change] = changesSince(baseline, now, 0);
    expect(change).toMatchObject({ worse: true, conflict: null, difference: { value: -20, broken: 12, fixed: 0 } });
    const slightly = await readRun(await run((i) => i >= 2));
    expect(changesSince(baseline, slightly, 0)[0]).toMatchObject({ worse: false });
    const better = runBaseline(now, CHECKPOINT);
    expect(changesSince(better, await readRun(await run(() => true)), 0)[0]).toMatchObject({ worse: false });
  });

  it.each([
    ["other samples", { digest: "1" }, "the samples or the prompt"],
    ["another judge version", { judgeVersion: "2" }, 'judge "exact_match" changed from version 1 to 2'],
    ["another judge", { judges: ["token_f1"] }, 'the baseline has no judge "token_f1"'],
  ])("cannot be said with %s", async (_what, extra, reason) => {
    const { file, path } = await stored(await run(() => true));
    const baseline = await openBaseline(file, path);
    const now = await readRun(await run(() => true, extra));
    const key = now.metrics[0]?.key ?? "";
    expect(baselineConflicts(now, baseline, [gateOf({ metric: key })]).join()).toContain(reason);
    expect(changesSince(baseline, now, 0)[0]).toMatchObject({ difference: null });
    // A gate that needs no baseline does not care.
    expect(baselineConflicts(now, baseline, [gateOf({ metric: key, mode: "threshold" })])).toEqual([]);
  });
});

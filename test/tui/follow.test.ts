import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import { readManifest, runFiles, writeManifest } from "../../src/run/store/run-folder.ts";
import { encodeLine } from "../../src/run/store/checked-line.ts";
import { paceMeter } from "../../src/tui/data/pace-meter.ts";
import { fileTail } from "../../src/tui/data/tail.ts";
import type { Snapshot } from "../../src/tui/model/snapshot.ts";
import { makeRun } from "../fixtures/runs/make-run.ts";
import { onBench, openToy, TOY, type OpenToy } from "./toy-run.ts";

/** The answers that a finished run of the same suite stored, line by line. */
async function answersOf(checkpoint: string): Promise<readonly string[]> {
  const folder = await makeRun(TOY);
  const text = await readFile(runFiles.samples(folder, `toy/${checkpoint}`), "utf8");
  await rm(dirname(folder), { recursive: true });
  return text.split("\n").slice(0, -1);
}

const UNANSWERED = TOY.checkpoints.map((checkpoint) => ({ ...checkpoint, answer: () => undefined }));

/** A run that this process works on and that has no answers yet. */
function openBegun(): Promise<OpenToy> {
  return openToy({ state: "running", checkpoints: UNANSWERED }, { locked: true });
}

async function until(toy: OpenToy, holds: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  for (let wait = 0; wait < 100; wait++) {
    const snapshot = toy.session.snapshot();
    if (holds(snapshot)) return snapshot;
    await setTimeout(50);
  }
  throw new Error(`it never came to pass: ${JSON.stringify(toy.session.snapshot().checkpoints)}`);
}

describe("a run that goes on", () => {
  test("shows answers as they are stored, a torn line not before it is whole, a doubled one once", async () => {
    await using toy = await openBegun();
    const lines = await answersOf("checkpoint-10");
    const shard = runFiles.samples(toy.folder, "toy/checkpoint-10");
    const half = (lines[20] ?? "").slice(0, 30);
    await appendFile(shard, `${lines.slice(0, 20).join("\n")}\n${lines[3]}\n${half}`);
    const begun = await until(toy, ({ checkpoints }) => checkpoints[0]?.done === 20);
    expect(begun.checkpoints[0]).toMatchObject({ state: "running", done: 20, total: 60, failed: 0 });
    expect(begun.checkpoints[1]).toMatchObject({ state: "waiting", done: 0 });
    expect(onBench(toy.session, 120, 36).text()).toMatch(/▸ checkpoint-10 .*20\/60/u);
    await appendFile(shard, `${(lines[20] ?? "").slice(30)}\n`);
    await until(toy, ({ checkpoints }) => checkpoints[0]?.done === 21);
  });

  test("shows the checkpoints and losses that the run of a training gains", async () => {
    await using toy = await openBegun();
    const manifest = await readManifest(toy.folder);
    const [first] = manifest.checkpoints;
    if (first === undefined) throw new Error("the toy has no checkpoint");
    const added = { ...first, id: "toy/checkpoint-99", step: 99, digest: "99" };
    await writeFile(runFiles.training(toy.folder), encodeLine({ step: 99, evalLoss: 1.5, trainLoss: 2 }));
    await writeManifest(toy.folder, { ...manifest, checkpoints: [...manifest.checkpoints, added] });
    const grown = await until(toy, ({ checkpoints }) => checkpoints.length === manifest.checkpoints.length + 1);
    const fresh = grown.checkpoints.find(({ checkpoint }) => checkpoint.id === "toy/checkpoint-99");
    expect(fresh).toMatchObject({ state: "waiting", done: 0 });
    expect(grown.training.at(-1)).toMatchObject({ step: 99, evalLoss: 1.5 });
    expect(onBench(toy.session, 120, 36).text()).toContain("checkpoint-99");
  });

  test("marks scores of unfinished checkpoints, and gives finished ones those of the comparison", async () => {
    await using toy = await openBegun();
    const lines = await answersOf("checkpoint-10");
    const shard = runFiles.samples(toy.folder, "toy/checkpoint-10");
    await appendFile(shard, `${lines.slice(0, 30).join("\n")}\n`);
    await until(toy, ({ scores }) => scores["quiz/exact_match"]?.[0]?.n === 30);
    expect(onBench(toy.session, 120, 36).text()).toMatch(/~50\.0 ±/u);
    await appendFile(shard, `${lines.slice(30).join("\n")}\n`);
    const live = await until(toy, ({ scores }) => scores["quiz/exact_match"]?.[0]?.n === 60);
    expect(live.checkpoints[0]?.state).toBe("done");
    expect(onBench(toy.session, 120, 36).text()).not.toContain("~50.0");
    const comparison = await toy.session.compare(null);
    for (const key of ["quiz/exact_match", "quiz/rougeL"]) {
      expect(live.scores[key]?.[0]).toEqual(comparison?.cells[key]?.[0]?.estimate);
    }
  });

  test("tells of failures and events, the newest first", async () => {
    await using toy = await openBegun();
    const error = { code: "E_BACKEND", message: "the server closed the connection" };
    const key = { task: "quiz", split: "test", i: 7, id: "q7", repeat: 0, output: "", finish: "unknown", scores: {} };
    await appendFile(runFiles.samples(toy.folder, "toy/checkpoint-10"), encodeLine({ ...key, error }));
    await appendFile(
      runFiles.events(toy.folder),
      `${JSON.stringify({ at: "2026-01-01T10:20:30.000Z", type: "warning", message: "the log ends early" })}\n`,
    );
    await until(toy, ({ notes, checkpoints }) => notes.length === 2 && checkpoints[0]?.failed === 1);
    const bench = onBench(toy.session, 120, 36);
    expect(bench.text()).toContain("1 failed");
    await bench.press("4");
    expect(bench.text()).toContain("! 10:20:30 the log ends early");
    expect(bench.text()).toContain("✗ checkpoint-10 quiz/q7: the server closed the connection");
  });

  test("shows what the GPUs do, where something tells", async () => {
    await using toy = await openBegun();
    expect(onBench(toy.session, 120, 36).text()).not.toContain("GPU");
    const facts = {
      kind: "gpu",
      gpu: 0,
      uuid: null,
      name: "H200",
      driver: null,
      memoryTotal: 143_771,
      powerLimit: 700,
    };
    const sample = { kind: "sample", gpu: 0, utilization: 91, memoryUsed: 69_632, power: 612.4, temperature: 61 };
    const records = [facts, { ...sample, t: 1, utilization: 10 }, { ...sample, t: 2 }];
    const lines = records.map((record) => encodeLine({ attempt: 0, ...record }));
    await appendFile(runFiles.gpu(toy.folder), lines.join(""));
    await until(toy, ({ gpus }) => gpus[0]?.utilization.length === 2);
    expect(onBench(toy.session, 120, 36).text()).toMatch(
      /GPU0 █+.* 91 % {2}68\/140 GiB {2}612\/700 W {2}61 °C .*H200/u,
    );
  });

  test("is called interrupted when nobody works on it any more", async () => {
    await using toy = await openToy({ state: "running" });
    expect(toy.session.snapshot()).toMatchObject({ state: "interrupted" });
    expect(toy.session.snapshot().comparison?.run.state).toBe("running");
    const bench = onBench(toy.session, 120, 36);
    expect(bench.text()).toContain("toy ▸ abcd  interrupted");
    expect(bench.text()).toContain("▶ ship checkpoint-20");
  });

  test("is compared by itself when it ends", async () => {
    await using toy = await openBegun();
    for (const { name } of TOY.checkpoints) {
      await appendFile(runFiles.samples(toy.folder, `toy/${name}`), `${(await answersOf(name)).join("\n")}\n`);
    }
    await writeManifest(toy.folder, { ...(await readManifest(toy.folder)), state: "complete" });
    const ended = await until(toy, ({ comparison }) => comparison !== null);
    expect(ended.state).toBe("complete");
    expect(ended.comparison?.ship?.checkpoint).toBe("toy/checkpoint-20");
    expect(onBench(toy.session).text()).toContain("▶ ship checkpoint-20");
  });

  test("can be compared and browsed before its end", async () => {
    await using toy = await openBegun();
    const lines = await answersOf("checkpoint-10");
    await appendFile(runFiles.samples(toy.folder, "toy/checkpoint-10"), `${lines.slice(0, 12).join("\n")}\n`);
    await until(toy, ({ checkpoints }) => checkpoints[0]?.done === 12);
    const bench = onBench(toy.session, 120, 36);
    await bench.press("3");
    expect(bench.text()).toContain("1/60");
    expect(bench.text()).toMatch(/q1 +✗···/u);
    await appendFile(runFiles.samples(toy.folder, "toy/checkpoint-10"), `${lines.slice(12).join("\n")}\n`);
    await until(toy, ({ checkpoints }) => checkpoints[0]?.done === 60);
    await bench.press("r", "G");
    expect(bench.text()).toMatch(/▸ q59 +✗···/u);
  });
});

describe("the tail of a file", () => {
  test("gives whole lines once, across blocks and growth, and nothing for a file that is not there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "evalh-tail-"));
    const path = join(folder, "lines");
    const tail = fileTail(path);
    const read = async (most: number): Promise<string[]> =>
      (await tail.read(most)).map(({ bytes }) => Buffer.from(bytes).toString());
    expect(await read(10)).toEqual([]);
    await writeFile(path, "one\ntwo\nthr");
    expect(await read(6)).toEqual(["one"]);
    expect(tail.isBehind).toBe(true);
    expect(await read(100)).toEqual(["two"]);
    expect(tail.isBehind).toBe(false);
    await appendFile(path, `ee\n${"x".repeat(50)}\n`);
    expect(await read(8)).toEqual(["three"]);
    expect(await read(8)).toEqual(["x".repeat(50)]);
    expect(await read(8)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

describe("the pace", () => {
  test("is that of the last seconds, and says how long the rest will take", () => {
    let nowMs = 0;
    const meter = paceMeter(() => nowMs);
    expect(meter.pace(100)).toMatchObject({ samplesPerSecond: null, secondsLeft: null, p50: null });
    for (; nowMs <= 30_000; nowMs += 100) {
      // Ten a second at first, a hundred a second later.
      meter.add({ samples: nowMs < 15_000 ? 1 : 10, tokens: 20, ms: [nowMs < 15_000 ? 900 : 100] });
    }
    const pace = meter.pace(1_000);
    expect(pace.samplesPerSecond).toBeCloseTo(100, -1);
    expect(pace.tokensPerSecond).toBeCloseTo(200, -1);
    expect(pace.secondsLeft).toBeCloseTo(10, 0);
    expect(pace).toMatchObject({ p50: 100, p95: 900 });
  });
});

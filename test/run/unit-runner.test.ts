import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { Backend } from "../../src/core/backend.ts";
import type { Judge } from "../../src/core/judge.ts";
import { doneSet } from "../../src/run/done-set.ts";
import { encodeLine } from "../../src/run/store/checked-line.ts";
import type { SampleRecord, UnitInfo } from "../../src/run/store/records.ts";
import { createRunFolder, runFiles } from "../../src/run/store/run-folder.ts";
import { openShard } from "../../src/run/store/shard-writer.ts";
import { runUnit, type Unit } from "../../src/run/unit-runner.ts";
import type { Task } from "../../src/suite/suite.ts";

const SAMPLES = 8;

/** Answers a batch of four at once. */
const backend: Backend = {
  name: "echo",
  version: "echo 1",
  capabilities: { generate: true, loglikelihood: false },
  batchSize: 4,
  concurrency: 1,
  lengthOf: (prompt) => prompt.length,
  async *generate(requests) {
    for (const { index, prompt } of requests) yield { index, kind: "done", value: { text: prompt, finish: "stop" } };
  },
  async *loglikelihood() {},
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

async function runWith(score: Judge["score"], abort: AbortSignal): Promise<SampleRecord[]> {
  const root = await mkdtemp(join(tmpdir(), "evalh-unit-"));
  const folder = join(root, "run");
  try {
    await createRunFolder(folder);
    const info = { task: "t", split: "test", n: SAMPLES, repeats: 1, digest: "d" } as UnitInfo;
    const items = Array.from({ length: SAMPLES }, (_, i) =>
      encodeLine({ i, id: `s${i}`, prompt: `p${i}`, references: ["x"], columns: {} }),
    );
    await writeFile(runFiles.items(folder, "t", "test"), items.join(""));
    const task = { name: "t", kind: "generate", choices: null, generate: { temperature: 0 } } as unknown as Task;
    const judge: Judge = { name: "j", version: "1", signature: "j", metrics: [], score };
    const unit: Unit = { task, info, judges: [judge] };
    const shard = runFiles.samples(folder, "m/c");
    {
      const { writer } = await openShard(shard, () => undefined);
      await using _writer = writer;
      const done = doneSet(SAMPLES, 1);
      const emit = (): void => undefined;
      const context = { folder, checkpoint: "m/c", backend, writer, done, concurrency: null, stop: abort, abort, emit };
      await runUnit(unit, context);
    }
    const stored: SampleRecord[] = [];
    await openShard(shard, (record) => stored.push(record as SampleRecord)).then(({ writer }) =>
      writer[Symbol.asyncDispose](),
    );
    return stored;
  } finally {
    await rm(root, { recursive: true });
  }
}

describe("a judge that takes its time", () => {
  it("judges the samples of a batch together, and is told whose answer it judges", async () => {
    let running = 0;
    let most = 0;
    const origins: unknown[] = [];
    const stored = await runWith(async (_, __, origin) => {
      most = Math.max(most, ++running);
      origins.push(origin);
      await new Promise((resolve) => setTimeout(resolve, 10));
      running--;
      return { kind: "scored", stats: 1 };
    }, new AbortController().signal);
    expect(most).toBe(4);
    expect(origins[0]).toEqual({ checkpoint: "m/c", task: "t", split: "test", repeat: 0 });
    expect(stored.map(({ i, scores }) => [i, scores["j"]])).toEqual(Array.from({ length: 8 }, (_, i) => [i, 1]));
  });

  it("leaves nothing half judged behind when the run is given up", async () => {
    const controller = new AbortController();
    const stored = await runWith(async (_, sample) => {
      if (sample.id === "s5") controller.abort();
      return controller.signal.aborted
        ? { kind: "failed", error: { code: "E_INTERRUPTED", message: "given up" } }
        : { kind: "scored", stats: 1 };
    }, controller.signal);
    expect(stored.map(({ i }) => i)).toEqual([0, 1, 2, 3]);
  });
});

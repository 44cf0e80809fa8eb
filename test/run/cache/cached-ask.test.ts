import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Completion } from "../../../src/core/completion.ts";
import type { Ask } from "../../../src/run/ask.ts";
import type { WorkItem } from "../../../src/run/batches.ts";
import { openAnswerStore } from "../../../src/run/cache/answer-store.ts";
import { cachedAsk } from "../../../src/run/cache/cached-ask.ts";
import { scopeOf } from "../../../src/run/cache/scope.ts";
import type { PlannedCheckpoint } from "../../../src/run/plan.ts";
import type { ItemRecord } from "../../../src/run/store/records.ts";
import type { Task } from "../../../src/suite/suite.ts";

const signal = new AbortController().signal;
const greedy = { maxTokens: 8, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: false };
const task = { name: "t", kind: "generate", scoring: "logprob", choices: null, generate: greedy } as unknown as Task;
const sampled: Task = { ...task, generate: { ...greedy, temperature: 1 } };
const likely = { ...task, kind: "loglikelihood" } as unknown as Task;
let root = "";

function work(prompt: string, { id = prompt, repeat = 0, references = ["x"] } = {}): WorkItem<ItemRecord> {
  return { item: { i: 0, id, prompt, references, columns: {} }, repeat };
}

/** Answers with the prompt in capitals and writes down what it was asked. */
function recorder(
  answer: (prompt: string) => Completion | null = (prompt) => ({ text: prompt.toUpperCase(), finish: "stop" }),
) {
  const asked: string[][] = [];
  const ask: Ask = async function* (batch) {
    asked.push(batch.map(({ item }) => item.prompt));
    await new Promise((resolve) => setImmediate(resolve));
    for (const [index, { item }] of batch.entries()) {
      const value = answer(item.prompt);
      if (value === null) yield { index, kind: "failed", error: { code: "E", message: "no" } };
      else yield { index, kind: "done", value: { ...value, timings: { totalMs: 5 } } };
    }
  };
  return { ask, asked };
}

async function texts(ask: Ask, ...batch: WorkItem<ItemRecord>[]): Promise<string[]> {
  const found: string[] = [];
  for await (const outcome of ask(batch, signal)) {
    found[outcome.index] = outcome.kind === "done" ? outcome.value.text : "failed";
  }
  return found;
}

/** A fresh run over the same cache. */
async function run<T>(
  of: { task?: Task; ask: Ask; seedBase?: string; digest?: string },
  use: (ask: Ask) => Promise<T>,
) {
  const scope = { digest: (of.digest ?? "a").repeat(64), about: { checkpoint: "c", task: "t", backend: "b" } };
  await using store = await openAnswerStore(root, scope, { most: Infinity, onProblem: () => undefined });
  const count = { known: 0 };
  const options = { task: of.task ?? task, seedBase: of.seedBase ?? "s", store, repeats: true, count };
  return { result: await use(cachedAsk(of.ask, options)), count };
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "evalh-ask-"));
});
afterEach(() => rm(root, { recursive: true }));

describe("asking with a cache", () => {
  it("asks the same question once in a run, also while it is under way, and once over runs", async () => {
    const { ask, asked } = recorder();
    const first = await run({ ask }, (cached) =>
      Promise.all([texts(cached, work("a")), texts(cached, work("a", { id: "other" })), texts(cached, work("b"))]),
    );
    expect(first).toEqual({ result: [["A"], ["A"], ["B"]], count: { known: 1 } });
    const second = await run({ ask }, async (cached) => [
      await texts(cached, work("b")),
      await texts(cached, work("a")),
    ]);
    expect(second).toEqual({ result: [["B"], ["A"]], count: { known: 2 } });
    expect(asked).toEqual([["a"], ["b"]]);
  });

  it("gives known answers without the times of another request", async () => {
    const { ask } = recorder();
    await run({ ask }, (cached) => texts(cached, work("a")));
    await run({ ask }, async (cached) => {
      for await (const outcome of cached([work("a")], signal)) {
        expect(outcome).toEqual({ index: 0, kind: "done", value: { text: "A", finish: "stop" } });
      }
    });
  });

  it("asks a repeat, another scope and other continuations by themselves", async () => {
    const { ask, asked } = recorder();
    await run({ ask }, async (cached) => {
      await texts(cached, work("a"));
      await texts(cached, work("a", { repeat: 1 }));
    });
    await run({ ask, digest: "b" }, (cached) => texts(cached, work("a")));
    await run({ ask, task: likely, digest: "c" }, async (cached) => {
      await texts(cached, work("a", { references: ["x"] }));
      await texts(cached, work("a", { references: ["y"] }));
      await texts(cached, work("a", { references: ["x"] }));
    });
    expect(asked).toHaveLength(5);
  });

  it("asks what is sampled once a seed", async () => {
    const { ask, asked } = recorder();
    const both = (cached: Ask): Promise<string[][]> =>
      Promise.all([texts(cached, work("a")), texts(cached, work("a", { id: "other" }))]);
    await run({ ask, task: sampled }, both);
    expect(asked).toHaveLength(2);
    expect((await run({ ask, task: sampled }, both)).count.known).toBe(2);
    expect((await run({ ask, task: sampled, seedBase: "other" }, both)).count.known).toBe(0);
  });

  it.each([
    ["an error", () => null],
    ["an empty text", (): Completion => ({ text: "", finish: "stop" })],
    ["nothing but white space", (): Completion => ({ text: " \n", finish: "stop" })],
    ["a withheld text", (): Completion => ({ text: "I can", finish: "filter" })],
  ])("never keeps %s", async (_, answer) => {
    const { ask, asked } = recorder(answer);
    await run({ ask }, async (cached) => [await texts(cached, work("a")), await texts(cached, work("a"))]);
    expect((await run({ ask }, (cached) => texts(cached, work("a")))).count.known).toBe(0);
    expect(asked).toHaveLength(3);
  });

  it("keeps choices, whose text may be empty, but no numbers that JSON has not", async () => {
    const scored = (logprob: number) => (): Completion => ({
      text: "",
      finish: "scored",
      choices: [{ logprob, tokens: 1 }],
    });
    const { ask } = recorder(scored(-1.5));
    await run({ ask }, (cached) => texts(cached, work("a")));
    expect((await run({ ask }, (cached) => texts(cached, work("a")))).count.known).toBe(1);
    const infinite = recorder(scored(-Infinity));
    await run({ ask: infinite.ask }, (cached) => texts(cached, work("b")));
    expect((await run({ ask: infinite.ask }, (cached) => texts(cached, work("b")))).count.known).toBe(0);
  });

  it("knows a batch as a whole or not at all, because neighbours change answers", async () => {
    const { ask, asked } = recorder((prompt) => (prompt === "bad" ? null : { text: prompt, finish: "stop" }));
    await run({ ask }, async (cached) => {
      await texts(cached, work("a"), work("b"));
      await texts(cached, work("c"), work("bad"));
    });
    const second = await run({ ask }, async (cached) => [
      await texts(cached, work("a"), work("b")),
      await texts(cached, work("b"), work("a")),
      await texts(cached, work("a")),
      await texts(cached, work("c"), work("bad")),
    ]);
    expect(second.result).toEqual([["a", "b"], ["b", "a"], ["a"], ["c", "failed"]]);
    expect(second.count).toEqual({ known: 2 });
    expect(asked).toHaveLength(5);
  });

  it("asks by itself what another failed to get", async () => {
    let calls = 0;
    const { ask } = recorder((prompt) => (calls++ === 0 ? null : { text: prompt, finish: "stop" }));
    const { result } = await run({ ask }, (cached) =>
      Promise.all([texts(cached, work("a")), texts(cached, work("a")), texts(cached, work("a"))]),
    );
    expect(result).toEqual([["failed"], ["a"], ["a"]]);
    expect(calls).toBe(2);
  });
});

describe("the scope of answers", () => {
  const planned = {
    checkpoint: { id: "m/c", path: "/x", digest: "d1" },
    model: { options: {}, modelName: null },
  } as unknown as PlannedCheckpoint;
  const parts = { planned, backend: { name: "onnx", version: "1" }, task, evalh: "1.0.0" };
  const other = (change: object): string => scopeOf({ ...parts, ...change }).digest;
  const withCheckpoint = (change: object): object => ({
    planned: { ...planned, checkpoint: { ...planned.checkpoint, ...change } },
  });

  it("is the same wherever the checkpoint lies and whatever it is called", () => {
    expect(other(withCheckpoint({ path: "/y", id: "m/d" }))).toBe(scopeOf(parts).digest);
  });

  it.each([
    ["weights", withCheckpoint({ digest: "d2" })],
    ["a backend's version", { backend: { name: "onnx", version: "2" } }],
    ["options", { planned: { ...planned, model: { options: { chat: true }, modelName: null } } }],
    ["generation settings", { task: { ...task, generate: { ...greedy, maxTokens: 9 } } }],
    ["a schema", { task: { ...task, generate: { ...greedy, schema: { type: "object" } } } }],
    ["evalh", { evalh: "1.0.1" }],
    ["weights that a server tells of", { backend: { name: "onnx", version: "1", weights: "sha256:2" } }],
    ["a served model's address", withCheckpoint({ digest: null, path: "http://a/v1" })],
  ])("is another for other %s", (_, change) => {
    expect(other(change)).not.toBe(scopeOf(parts).digest);
  });

  it("tells two addresses apart where weights cannot be seen", () => {
    const at = (path: string): string => other(withCheckpoint({ digest: null, path }));
    expect(at("http://a/v1")).not.toBe(at("http://b/v1"));
  });
});

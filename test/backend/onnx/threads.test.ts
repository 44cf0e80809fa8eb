import { afterEach, describe, expect, it } from "vitest";

import { messageOf } from "../../../src/core/errors.ts";
import { startModelThread } from "../../../src/backend/onnx/model-thread.ts";
import { openModel } from "../../../src/backend/onnx/open-model.ts";
import { openThreadPool, poolSize, type ThreadPool } from "../../../src/backend/onnx/thread-pool.ts";
import type { Job } from "../../../src/backend/onnx/thread-message.ts";
import { GREEDY, signal, TINY_LM } from "../../fixtures/models/tiny-lm.ts";

const TARGET = { path: TINY_LM, options: { file: "model_quantized.onnx", threads: 1 } };
const PROMPTS = ["the ferry", "rain on the roof", "a", "slow boats leave at night", "rain"];
const resources = new Set<AsyncDisposable>();

function keep<T extends AsyncDisposable>(resource: T): T {
  resources.add(resource);
  return resource;
}

function generation(maxTokens = 12, prompts: readonly string[] = PROMPTS): Extract<Job, { kind: "generate" }> {
  const requests = prompts.map((prompt, index) => ({ index, prompt, seed: 40 + index }));
  return { kind: "generate", requests, options: { ...GREEDY, maxTokens, temperature: 1.2 } };
}

/** Outcomes without their times, by index. */
async function outcomesOf(outcomes: AsyncIterable<{ readonly index: number }>): Promise<unknown[]> {
  const found: { readonly index: number }[] = [];
  for await (const outcome of outcomes) found.push(outcome);
  const text = JSON.stringify(
    found.toSorted((a, b) => a.index - b.index),
    (key, value: unknown) => (key === "timings" ? undefined : value),
  );
  return JSON.parse(text) as unknown[];
}

async function openPool(): Promise<ThreadPool> {
  return keep(await openThreadPool(TARGET));
}

afterEach(async () => {
  for (const resource of resources) await resource[Symbol.asyncDispose]();
  resources.clear();
});

describe("models in threads", () => {
  it("answer as the model does in this thread, bit for bit, several batches at a time", async () => {
    const here = keep(await openModel(TARGET));
    const pool = await openPool();
    const scoring: Job = {
      kind: "loglikelihood",
      requests: PROMPTS.map((context, index) => ({ index, context, continuations: [" stones", " and rain", " a"] })),
    };
    const wantedText = await outcomesOf(here.generate(generation().requests, generation().options, signal));
    const wantedScores = await outcomesOf(here.loglikelihood(scoring.requests, signal));
    const made = await Promise.all(
      [generation(), scoring, generation(), scoring].map((job) => outcomesOf(pool.run(job, signal))),
    );
    expect(wantedText).toHaveLength(PROMPTS.length);
    expect(made).toEqual([wantedText, wantedScores, wantedText, wantedScores]);
  });

  it("leave the main thread free while they compute", async () => {
    const pool = await openPool();
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    // One forward pass over a wide batch: in this thread it would be one turn of the loop.
    const job = generation(
      1,
      Array.from({ length: 256 }, () => "rain ".repeat(60)),
    );
    await outcomesOf(pool.run(job, signal));
    isDone = true;
    expect(turns).toBeGreaterThan(100);
  });

  it("give a batch up between tokens and answer the next", async () => {
    const pool = await openPool();
    const abort = new AbortController();
    const given = outcomesOf(pool.run(generation(80), abort.signal));
    const next = outcomesOf(pool.run(generation(3), signal));
    abort.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    expect(await next).toHaveLength(PROMPTS.length);
    await expect(outcomesOf(pool.run(generation(), abort.signal))).rejects.toThrow("enough");
  });

  it("end while a batch is under way, and say so to whoever waits for it", async () => {
    const thread = await startModelThread(TARGET);
    const waiting = outcomesOf(thread.run(generation(90), signal)).catch(messageOf);
    await new Promise((resolve) => setImmediate(resolve));
    await thread[Symbol.asyncDispose]();
    expect(await waiting).toMatch(/abort|ended/);
    expect(await outcomesOf(thread.run(generation(), signal)).catch(messageOf)).toMatch(/ended/);
  });

  it("pass on what is wrong with a folder, hint included", async () => {
    const failing = startModelThread({ path: TINY_LM, options: { file: "absent.onnx" } });
    await expect(failing).rejects.toMatchObject({
      code: "E_CHECKPOINT",
      message: expect.stringMatching(/absent\.onnx/),
      hint: expect.stringMatching(/option file/),
    });
  });

  it("are as many as cores and memory allow, and at least one", () => {
    const small = { threads: 1, weightsBytes: 2e6 };
    expect(poolSize(small, { cores: 2, freeBytes: 8e9 })).toBe(2);
    expect(poolSize(small, { cores: 64, freeBytes: 2e9 })).toBe(6);
    expect(poolSize(small, { cores: 8, freeBytes: 1e6 })).toBe(1);
    expect(poolSize({ threads: 8, weightsBytes: 5e9 }, { cores: 8, freeBytes: 64e9 })).toBe(1);
    expect(poolSize({ threads: 3, weightsBytes: 5e6 }, { cores: 8, freeBytes: 64e9 })).toBe(2);
  });
});

import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { backends } from "../../src/backend/index.ts";
import { loadInto, openWorker } from "../../src/backend/transformers/worker.ts";
import type { Backend, BackendTarget, GenerateOptions } from "../../src/core/backend.ts";
import { openKeep } from "../../src/run/keep.ts";
import { collect, done } from "../fixtures/models/tiny-lm.ts";
import { pythonOf } from "./environment.ts";
import { makeZoo, writeWrapper, type Expected } from "./zoo.ts";

const python = pythonOf("ml");
const signal = new AbortController().signal;
const GREEDY: GenerateOptions = { maxTokens: 6, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: true };

describe.skipIf(python === null)("Hugging Face checkpoints in a Python worker", () => {
  let zoo = "";
  let expected: Expected;
  // One process for most of them: loading PyTorch takes longest.
  const keep = openKeep();
  const env = (name: string): string | undefined => (name === "EVALH_PYTHON" ? (python ?? "") : process.env[name]);
  const target = (name: string, more: Partial<BackendTarget> = {}): BackendTarget => ({
    path: join(zoo, name),
    options: { device: "cpu" },
    folder: zoo,
    secret: env,
    keep,
    ...more,
  });
  const open = async (name: string, more: Partial<BackendTarget> = {}): Promise<Backend> =>
    (await backends.transformers()).create(target(name, more), signal);
  const write = async (backend: Backend, prompts: readonly string[], options = GREEDY) => {
    const requests = prompts.map((prompt, index) => ({ index, prompt, seed: 3 + index }));
    const found = await collect(backend.generate(requests, options, signal));
    return prompts.map((_, index) => done(found.get(index)));
  };
  const score = async (backend: Backend, contexts: readonly string[], continuations: readonly string[]) => {
    const requests = contexts.map((context, index) => ({ index, context, continuations }));
    const found = await collect(backend.loglikelihood(requests, signal));
    return contexts.map((_, index) => done(found.get(index)).map(({ logprob }) => logprob));
  };
  const expectRows = (rows: readonly (readonly number[])[], wanted: readonly (readonly number[] | undefined)[]) => {
    expect(rows).toHaveLength(wanted.length);
    for (const [at, row] of rows.entries()) {
      for (const [place, value] of row.entries()) expect(value).toBeCloseTo(wanted[at]?.[place] ?? NaN, 4);
    }
  };

  beforeAll(async () => {
    ({ folder: zoo, expected } = await makeZoo(python ?? ""));
  });
  afterAll(async () => {
    await keep[Symbol.asyncDispose]();
    await rm(zoo, { recursive: true, force: true });
  });

  it("write and score what transformers does by itself, whatever shares the batch", async () => {
    await using backend = await open("causal");
    expect(backend.version).toMatch(/^transformers 5\.\S+ torch 2\.\S+ cpu float32$/);
    const { texts, causal } = expected;
    const written = await write(backend, texts);
    expect(written.map(({ text }) => text)).toEqual(texts.map((text) => causal.texts[text]));
    expect(await write(backend, [texts[2] ?? ""])).toMatchObject([{ text: causal.texts[texts[2] ?? ""] }]);
    const rows = await score(backend, texts, [" red", " good film"]);
    expectRows(
      rows,
      texts.map((text) => causal.scores[text]),
    );
    for (const { logprobs, tokens } of written) expect(logprobs).toHaveLength(tokens?.completion ?? 0);
  });

  it("are sampled by each row's own seed", async () => {
    await using backend = await open("causal");
    const warm = { ...GREEDY, temperature: 1, topK: 20, topP: 0.95 };
    const three = await write(backend, ["the sky", "the sky", "the sky"], warm);
    expect(new Set(three.map(({ text }) => text)).size).toBe(3);
    const [first] = await write(backend, ["the sky"], warm);
    expect(first?.text).toBe(three[0]?.text);
  });

  it("classify with the labels' probabilities, and name the labels there are where a choice is none of them", async () => {
    await using backend = await open("classifier");
    expect(backend.capabilities).toEqual({ generate: false, loglikelihood: true });
    const { texts, labels, classifier } = expected;
    expectRows(
      await score(
        backend,
        texts,
        labels.map((label) => ` ${label.toUpperCase()}`),
      ),
      texts.map((text) => classifier[text]),
    );
    const requests = [{ index: 0, context: "the sky", continuations: [" good", " awful"] }];
    const found = await collect(backend.loglikelihood(requests, signal));
    const message = "the model has no label 'awful'; it has bad, good, neutral";
    expect(found.get(0)).toMatchObject({ kind: "failed", error: { message } });
  });

  it("say that a text is too long for a classifier, or cut it if that is wanted", async () => {
    const long = "the sky is blue ".repeat(30);
    const requests = [long, "the sky is blue"].map((context, index) => ({
      index,
      context,
      continuations: expected.labels.map((label) => ` ${label}`),
    }));
    await using strict = await open("classifier");
    const found = await collect(strict.loglikelihood(requests, signal));
    expect(found.get(0)).toMatchObject({ kind: "failed", error: { message: expect.stringMatching(/122 tokens.*48/) } });
    expect(found.get(1)).toMatchObject({ kind: "done" });
    await using cutting = await open("classifier", { options: { device: "cpu", truncate: true } });
    const cut = await collect(cutting.loglikelihood(requests, signal));
    expect(cut.get(0)).toMatchObject({ kind: "done" });
  });

  it("choose among endings, and among captions of images that lie in the suite's folder", async () => {
    await using chooser = await open("multiple-choice");
    const { texts, endings, captions } = expected;
    expectRows(
      await score(
        chooser,
        texts,
        endings.map((ending) => ` ${ending}`),
      ),
      texts.map((text) => expected["multiple-choice"][text]),
    );
    await using matcher = await open("image-text");
    expect(matcher.isOpaque).toBe(true);
    const images = ["images/red.png", "images/green.png", "images/blue.png"];
    expectRows(
      await score(
        matcher,
        images,
        captions.map((caption) => ` ${caption}`),
      ),
      images.map((image) => expected["image-text"][image]),
    );
    await writeFile(join(zoo, "images/broken.png"), "no image");
    const bad = ["../secret.png", "images/broken.png", "images/none.png", "/etc/hostname"].map((context, index) => ({
      index,
      context,
      continuations: [" a"],
    }));
    const found = await collect(matcher.loglikelihood(bad, signal));
    expect(found.get(0)).toMatchObject({
      error: { message: expect.stringContaining("outside of the suite's folder") },
    });
    expect(found.get(1)).toMatchObject({ error: { message: expect.stringContaining("cannot be read") } });
    expect(found.get(2)).toMatchObject({ error: { message: expect.stringContaining("cannot be read") } });
    expect(found.get(3)).toMatchObject({
      error: { message: expect.stringContaining("outside of the suite's folder") },
    });
  });

  it("encode and decode, as T5 does", async () => {
    await using backend = await open("seq2seq");
    const { texts, seq2seq } = expected;
    expect((await write(backend, texts)).map(({ text }) => text)).toEqual(texts.map((text) => seq2seq.texts[text]));
    expectRows(
      await score(backend, texts, [" good film"]),
      texts.map((text) => [seq2seq.scores[text] ?? NaN]),
    );
  });

  it("as adapters share one base in memory, one leaving nothing behind for the next", async () => {
    const { texts, causal } = expected;
    const reused: boolean[] = [];
    for (const step of ["10", "20", "10"]) {
      const adapter = target(`adapters/checkpoint-${step}`, { base: join(zoo, "causal") });
      const worker = await openWorker(adapter);
      reused.push((await loadInto(worker, adapter, signal)).reusedBase);
      await using backend = await open(`adapters/checkpoint-${step}`, { base: join(zoo, "causal") });
      const rows = await score(backend, texts, [" red"]);
      expectRows(
        rows,
        texts.map((text) => [causal.adapters[step]?.[text] ?? NaN]),
      );
    }
    expect(reused).toEqual([false, true, true]);
    await using plain = await open("causal");
    expectRows(
      await score(plain, texts, [" red", " good film"]),
      texts.map((text) => causal.scores[text]),
    );
  });

  it("with weights rounded to int8 or numbers to bfloat16 answer almost, but not quite, the same", async () => {
    for (const dtype of ["int8", "bfloat16", "float16"]) {
      await using backend = await open("causal", { options: { device: "cpu", dtype } });
      expect(backend.version).toContain(dtype);
      const rows = await score(backend, expected.texts, [" red"]);
      const gaps = rows.map(
        ([value], at) => (value ?? NaN) - (expected.causal.scores[expected.texts[at] ?? ""]?.[0] ?? NaN),
      );
      const largest = Math.max(...gaps.map(Math.abs));
      expect(largest, dtype).toBeGreaterThan(1e-6);
      expect(largest, dtype).toBeLessThan(0.5);
    }
  });

  it("that do not fit into memory together are computed in smaller parts", async () => {
    const log = join(zoo, "sizes.txt");
    // A Python in which no more than two rows fit into memory.
    const wrapper = join(zoo, "short-of-memory");
    await writeWrapper(wrapper, python ?? "", [
      "import torch",
      "from transformers import LlamaForCausalLM",
      "whole = LlamaForCausalLM.forward",
      "def forward(self, input_ids=None, **more):",
      `    with open(${JSON.stringify(log)}, "a") as file: print(len(input_ids), file=file)`,
      '    if len(input_ids) > 2: raise torch.OutOfMemoryError("CUDA out of memory (a fault of the test)")',
      "    return whole(self, input_ids=input_ids, **more)",
      "LlamaForCausalLM.forward = forward",
    ]);
    const secret = (name: string): string | undefined => (name === "EVALH_PYTHON" ? wrapper : env(name));
    await using wrapped = openKeep();
    await using backend = await open("causal", { secret, keep: wrapped });
    const texts = [...expected.texts, ...expected.texts];
    expect((await write(backend, texts)).map(({ text }) => text)).toEqual(
      texts.map((text) => expected.causal.texts[text]),
    );
    expectRows(
      await score(backend, texts, [" red", " good film"]),
      texts.map((text) => expected.causal.scores[text]),
    );
    const sizes = new Set(readFileSync(log, "utf8").trim().split("\n").map(Number));
    expect([...sizes].sort((a, b) => a - b)).toEqual([2, 4, 8]);
  });
});

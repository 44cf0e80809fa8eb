import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { backends } from "../../src/backend/index.ts";
import type { Backend, GenerateOptions, Outcome } from "../../src/core/backend.ts";
import type { Completion } from "../../src/core/completion.ts";
import { EvalhError } from "../../src/core/errors.ts";

interface Expected {
  readonly newTokens: number;
  readonly generations: readonly {
    readonly prompt: string;
    readonly promptIds: readonly number[];
    readonly ids: readonly number[];
    readonly logprobs: readonly number[];
    readonly finish: "stop" | "length";
    readonly text: string;
  }[];
  readonly likelihoods: readonly {
    readonly context: string;
    readonly continuations: readonly string[];
    readonly scores: readonly { readonly logprob: number; readonly tokens: number; readonly greedy: boolean }[];
  }[];
}

const FOLDER = join(import.meta.dirname, "../fixtures/models/tiny-lm");
const expected = JSON.parse(readFileSync(join(FOLDER, "expected.json"), "utf8")) as Expected;
const GREEDY: GenerateOptions = {
  maxTokens: expected.newTokens,
  temperature: 0,
  topP: 1,
  topK: 0,
  stop: [],
  logprobs: true,
};
const SAMPLED: GenerateOptions = { ...GREEDY, temperature: 1.5, topP: 0.95, topK: 200 };
const signal = new AbortController().signal;
const opened: Backend[] = [];
const folders: string[] = [];

async function open(options: Record<string, unknown> = { file: "model.onnx" }, path = FOLDER): Promise<Backend> {
  const module = await backends.onnx();
  const backend = await module.create({ path, options: { threads: 1, ...options } }, signal);
  opened.push(backend);
  return backend;
}

async function refusal(options: Record<string, unknown>, path: string): Promise<EvalhError> {
  const error: unknown = await open(options, path).catch((error: unknown) => error);
  if (!(error instanceof EvalhError)) throw new Error(`expected an EvalhError, got ${String(error)}`);
  return error;
}

/** A copy of the tiny model's folder to spoil. */
async function copy(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "evalh-onnx-"));
  folders.push(parent);
  await cp(FOLDER, join(parent, "checkpoint-1"), { recursive: true });
  return join(parent, "checkpoint-1");
}

async function collect<T>(outcomes: AsyncIterable<Outcome<T>>): Promise<Map<number, Outcome<T>>> {
  const found = new Map<number, Outcome<T>>();
  for await (const outcome of outcomes) {
    expect(found.has(outcome.index)).toBe(false);
    found.set(outcome.index, outcome);
  }
  return found;
}

function done<T>(outcome: Outcome<T> | undefined): T {
  if (outcome?.kind !== "done") throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.value;
}

async function generate(
  backend: Backend,
  prompts: readonly string[],
  options: GenerateOptions,
  seed = 7,
): Promise<Completion[]> {
  const requests = prompts.map((prompt, index) => ({ index, prompt, seed: seed + index }));
  const outcomes = await collect(backend.generate(requests, options, signal));
  expect(outcomes.size).toBe(prompts.length);
  return prompts.map((_, index) => done(outcomes.get(index)));
}

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend[Symbol.asyncDispose]();
});
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

describe("generation", () => {
  it("gives the tokens and log-probabilities that numpy gives, in one left-padded batch", async () => {
    const backend = await open();
    const prompts = expected.generations.map((entry) => entry.prompt);
    const completions = await generate(backend, prompts, GREEDY);
    for (const [i, wanted] of expected.generations.entries()) {
      const completion = completions[i] as Completion;
      expect(completion.text).toBe(wanted.text);
      expect(completion.finish).toBe(wanted.finish);
      expect(completion.tokens).toEqual({ prompt: wanted.promptIds.length, completion: wanted.ids.length });
      expect(completion.logprobs).toHaveLength(wanted.logprobs.length);
      for (const [j, value] of wanted.logprobs.entries()) expect(completion.logprobs?.[j]).toBeCloseTo(value, 4);
      expect(completion.timings?.totalMs).toBeGreaterThanOrEqual(completion.timings?.firstTokenMs as number);
    }
  });

  it("gives alone what it gives in a batch, greedy and sampled", async () => {
    const backend = await open();
    const prompts = expected.generations.map((entry) => entry.prompt);
    for (const options of [GREEDY, SAMPLED]) {
      const together = await generate(backend, prompts, options);
      for (const [i, prompt] of prompts.entries()) {
        const [alone] = await generate(backend, [prompt], options, 7 + i);
        expect(alone?.text).toBe(together[i]?.text);
        expect(alone?.finish).toBe(together[i]?.finish);
      }
    }
  });

  it("samples the same text from the same seed and another from another", async () => {
    const backend = await open();
    const [first] = await generate(backend, ["rain"], SAMPLED, 1);
    const [again] = await generate(backend, ["rain"], SAMPLED, 1);
    const others = await Promise.all([2, 3, 4].map((seed) => generate(backend, ["rain"], SAMPLED, seed)));
    expect(again?.text).toBe(first?.text);
    expect(new Set([first?.text, ...others.map(([other]) => other?.text)]).size).toBe(4);
  });

  it("ends an output before the first stop string, also one that spans tokens", async () => {
    const backend = await open();
    const { prompt, text } = expected.generations[4] as Expected["generations"][number];
    const spanning = text.slice(3, 6);
    const [completion] = await generate(backend, [prompt], { ...GREEDY, stop: ["never there", spanning] });
    expect(completion?.text).toBe(text.slice(0, text.indexOf(spanning)));
    expect(completion?.finish).toBe("stop");
    expect(completion?.tokens?.completion).toBeLessThanOrEqual(7);
    expect(text).toContain(spanning);
  });

  it("does not change the rows that go on when others stop early", async () => {
    const backend = await open();
    const prompts = expected.generations.map((entry) => entry.prompt);
    const stop = [" stones"];
    const completions = await generate(backend, prompts, { ...GREEDY, stop });
    const wanted = expected.generations.map(({ text }) => text.split(" stones")[0]);
    expect(completions.map(({ text }) => text)).toEqual(wanted);
    expect(completions.some(({ finish }, i) => finish === "stop" && expected.generations[i]?.finish === "length")).toBe(
      true,
    );
  });

  it("keeps to the token limit and says so", async () => {
    const backend = await open();
    const [completion] = await generate(backend, ["the ferry"], { ...GREEDY, maxTokens: 3 });
    expect(completion).toMatchObject({ finish: "length", tokens: { prompt: 3, completion: 3 } });
    expect(completion?.logprobs).toHaveLength(3);
  });

  it("fails the sample whose prompt leaves no room and answers its neighbours", async () => {
    const backend = await open();
    const requests = [
      { index: 10, prompt: "rain ".repeat(200), seed: 0 },
      { index: 11, prompt: "rain", seed: 0 },
    ];
    const outcomes = await collect(backend.generate(requests, GREEDY, signal));
    expect(outcomes.get(10)).toMatchObject({
      kind: "failed",
      error: { message: expect.stringMatching(/window is 96/) },
    });
    expect(done(outcomes.get(11)).text).toBe(expected.generations[2]?.text);
  });

  it("fails a sample that reaches the end of the context window before its token limit", async () => {
    const backend = await open({ file: "model.onnx", context_window: 10 });
    const outcomes = await collect(backend.generate([{ index: 0, prompt: "the ferry", seed: 0 }], GREEDY, signal));
    expect(outcomes.get(0)).toMatchObject({ kind: "failed", error: { message: expect.stringMatching(/7 tokens/) } });
  });

  it("puts one BOS in front, whether or not the prompt spells it out", async () => {
    const backend = await open();
    const [plain, spelt] = await generate(backend, ["rain", "<s>rain"], GREEDY);
    expect(spelt?.tokens).toEqual(plain?.tokens);
    expect(spelt?.text).toBe(plain?.text);
    const [without] = await generate(await open({ file: "model.onnx", add_bos: false }), ["rain"], GREEDY);
    expect(without?.tokens?.prompt).toBe((plain?.tokens?.prompt as number) - 1);
  });

  it("uses the chat template when asked", async () => {
    const plain = await open();
    const chat = await open({ file: "model.onnx", chat: true, system: "be brief" });
    const [wanted] = await generate(plain, ["system: be brief\nuser: rain\nassistant:"], GREEDY);
    const [made] = await generate(chat, ["rain"], GREEDY);
    expect(made?.text).toBe(wanted?.text);
    expect(made?.tokens).toEqual(wanted?.tokens);
  });

  it("stops between tokens when it is told to", async () => {
    const backend = await open();
    const abort = new AbortController();
    abort.abort(new Error("enough"));
    const outcomes = backend.generate([{ index: 0, prompt: "rain", seed: 0 }], GREEDY, abort.signal);
    await expect(collect(outcomes)).rejects.toThrow("enough");
  });

  it.each(["model_quantized.onnx", "model_fp16.onnx"])("runs %s close to the full model", async (file) => {
    const backend = await open({ file });
    const [completion] = await generate(backend, ["the ferry"], { ...GREEDY, maxTokens: 1 });
    expect(completion?.logprobs?.[0]).toBeCloseTo(expected.generations[0]?.logprobs[0] as number, 0);
  });
});

describe("log-likelihood", () => {
  it("gives the scores that numpy gives, all contexts in one batch", async () => {
    const backend = await open();
    const requests = expected.likelihoods.map(({ context, continuations }, index) => ({
      index,
      context,
      continuations,
    }));
    const outcomes = await collect(backend.loglikelihood(requests, signal));
    for (const [i, wanted] of expected.likelihoods.entries()) {
      const scores = done(outcomes.get(i));
      expect(scores.map(({ tokens, greedy }) => ({ tokens, greedy }))).toEqual(
        wanted.scores.map(({ tokens, greedy }) => ({ tokens, greedy })),
      );
      for (const [j, { logprob }] of wanted.scores.entries()) expect(scores[j]?.logprob).toBeCloseTo(logprob, 4);
    }
  });

  it("gives alone what it gives in a batch", async () => {
    const backend = await open();
    const requests = expected.likelihoods.map(({ context, continuations }, index) => ({
      index,
      context,
      continuations,
    }));
    const together = await collect(backend.loglikelihood(requests, signal));
    for (const { index, context, continuations } of requests) {
      for (const [j, continuation] of continuations.entries()) {
        const request = { index, context, continuations: [continuation] };
        const alone = done((await collect(backend.loglikelihood([request], signal))).get(index));
        expect(alone[0]?.logprob).toBeCloseTo(done(together.get(index))[j]?.logprob as number, 4);
      }
    }
  });

  it("fails the request that does not fit, or has nothing to score, and answers the rest", async () => {
    const backend = await open();
    const requests = [
      { index: 0, context: "rain ".repeat(200), continuations: [" on"] },
      { index: 1, context: "rain", continuations: [""] },
      { index: 2, context: "rain on the tin", continuations: [" roof"] },
    ];
    const outcomes = await collect(backend.loglikelihood(requests, signal));
    expect(outcomes.get(0)).toMatchObject({
      kind: "failed",
      error: { message: expect.stringMatching(/window of 96/) },
    });
    expect(outcomes.get(1)).toMatchObject({ kind: "failed", error: { message: expect.stringMatching(/no token/) } });
    expect(done(outcomes.get(2))[0]?.logprob).toBeCloseTo(expected.likelihoods[1]?.scores[0]?.logprob as number, 4);
  });
});

describe("checkpoint folders", () => {
  it("takes the quantised file before the full one, and names it in its version", async () => {
    expect((await open({})).version).toMatch(/^onnxruntime-node \d+\.\d+\.\d+ cpu model_quantized\.onnx$/);
    expect((await open({ file: "model.onnx" })).version).toMatch(/ cpu model\.onnx$/);
  });

  it("finds the tokenizer one folder up", async () => {
    const folder = await copy();
    await cp(join(folder, "tokenizer.json"), join(folder, "../tokenizer.json"));
    await rm(join(folder, "tokenizer.json"));
    const [completion] = await generate(await open({ file: "model.onnx" }, folder), ["rain"], GREEDY);
    expect(completion?.text).toBe(expected.generations[2]?.text);
  });

  it.each([
    ["config.json", "has no config.json"],
    ["tokenizer.json", "has no tokenizer.json"],
    ["onnx", "has no ONNX file"],
  ])("says what a folder without %s lacks, holds and needs", async (name, message) => {
    const folder = await copy();
    await rm(join(folder, name), { recursive: true });
    const error = await refusal({}, folder);
    expect(error.code).toBe("E_CHECKPOINT");
    expect(error.message).toContain(message);
    expect(error.message).toContain("tokenizer_config.json");
    expect(error.hint).toBeTruthy();
  });

  it.each([
    ["config.json", "{", {}, "is not JSON"],
    ["config.json", '{"architectures": ["BertForSequenceClassification"]}', {}, "BertForSequenceClassification"],
    ["tokenizer.json", "{}", {}, "tokenizer.json"],
    ["onnx/model_quantized.onnx", "not a graph", {}, "cannot be loaded"],
    ["config.json", "{}", { file: "model_q4.onnx" }, "onnx/model.onnx"],
    ["tokenizer_config.json", "{}", { chat: true }, "without a chat_template"],
    ["tokenizer_config.json", '{"chat_template": "{% if %}"}', { chat: true }, "does not parse"],
  ])("refuses a folder whose %s is %s with options %j", async (name, content, options, message) => {
    const folder = await copy();
    await writeFile(join(folder, name), content);
    const error = await refusal(options, folder);
    expect(error.code).toBe("E_CHECKPOINT");
    expect(error.message).toContain(message);
    expect(error.hint).toBeTruthy();
  });

  it("refuses a graph without a cache and lists the inputs it found", async () => {
    const error = await refusal({ file: "no_cache.onnx" }, FOLDER);
    expect(error.message).toMatch(/without its key-value cache.*input_ids, attention_mask/);
    expect(error.hint).toContain("text-generation-with-past");
  });
});

import { afterEach, describe, expect, it } from "vitest";
import type { GenerateOptions } from "../../src/core/backend.ts";
import type { Completion } from "../../src/core/completion.ts";
import { closeAll, collect, done, expected, generate, GREEDY, openTiny, signal } from "../fixtures/models/tiny-lm.ts";

const SAMPLED: GenerateOptions = { ...GREEDY, temperature: 1.5, topP: 0.95, topK: 200 };

afterEach(closeAll);

describe("generation", () => {
  it("gives the tokens and log-probabilities that numpy gives, in one left-padded batch", async () => {
    const backend = await openTiny();
    const prompts = expected.generations.map((entry) => entry.prompt);
    const completions = await generate(backend, prompts);
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
    const backend = await openTiny();
    const prompts = expected.generations.map((entry) => entry.prompt);
    for (const options of [GREEDY, SAMPLED]) {
      const together = await generate(backend, prompts, { options });
      for (const [i, prompt] of prompts.entries()) {
        const [alone] = await generate(backend, [prompt], { options, seed: 7 + i });
        expect(alone?.text).toBe(together[i]?.text);
        expect(alone?.finish).toBe(together[i]?.finish);
      }
    }
  });

  it("samples the same text from the same seed and another from another", async () => {
    const backend = await openTiny();
    const [first] = await generate(backend, ["rain"], { options: SAMPLED, seed: 1 });
    const [again] = await generate(backend, ["rain"], { options: SAMPLED, seed: 1 });
    const others = await Promise.all([2, 3, 4].map((seed) => generate(backend, ["rain"], { options: SAMPLED, seed })));
    expect(again?.text).toBe(first?.text);
    expect(new Set([first?.text, ...others.map(([other]) => other?.text)]).size).toBe(4);
  });

  it("ends an output before the first stop string, also one that spans tokens", async () => {
    const backend = await openTiny();
    const { prompt, text } = expected.generations[4] as (typeof expected.generations)[number];
    const spanning = text.slice(3, 6);
    const [completion] = await generate(backend, [prompt], { options: { ...GREEDY, stop: ["never there", spanning] } });
    expect(completion?.text).toBe(text.slice(0, text.indexOf(spanning)));
    expect(completion?.finish).toBe("stop");
    expect(completion?.tokens?.completion).toBeLessThanOrEqual(7);
    expect(text).toContain(spanning);
  });

  it("does not change the rows that go on when others stop early", async () => {
    const backend = await openTiny();
    const prompts = expected.generations.map((entry) => entry.prompt);
    const stop = [" stones"];
    const completions = await generate(backend, prompts, { options: { ...GREEDY, stop } });
    const wanted = expected.generations.map(({ text }) => text.split(" stones")[0]);
    expect(completions.map(({ text }) => text)).toEqual(wanted);
    expect(completions.some(({ finish }, i) => finish === "stop" && expected.generations[i]?.finish === "length")).toBe(
      true,
    );
  });

  it("keeps to the token limit and says so", async () => {
    const backend = await openTiny();
    const [completion] = await generate(backend, ["the ferry"], { options: { ...GREEDY, maxTokens: 3 } });
    expect(completion).toMatchObject({ finish: "length", tokens: { prompt: 3, completion: 3 } });
    expect(completion?.logprobs).toHaveLength(3);
  });

  it("fails the sample whose prompt leaves no room and answers its neighbours", async () => {
    const backend = await openTiny();
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
    const backend = await openTiny({ file: "model.onnx", context_window: 10 });
    const outcomes = await collect(backend.generate([{ index: 0, prompt: "the ferry", seed: 0 }], GREEDY, signal));
    expect(outcomes.get(0)).toMatchObject({ kind: "failed", error: { message: expect.stringMatching(/7 tokens/) } });
  });

  it("puts one BOS in front, whether or not the prompt spells it out", async () => {
    const backend = await openTiny();
    const [plain, spelt] = await generate(backend, ["rain", "<s>rain"]);
    expect(spelt?.tokens).toEqual(plain?.tokens);
    expect(spelt?.text).toBe(plain?.text);
    const [without] = await generate(await openTiny({ file: "model.onnx", add_bos: false }), ["rain"]);
    expect(without?.tokens?.prompt).toBe((plain?.tokens?.prompt as number) - 1);
  });

  it("uses the chat template when asked", async () => {
    const plain = await openTiny();
    const chat = await openTiny({ file: "model.onnx", chat: true, system: "be brief" });
    const [wanted] = await generate(plain, ["system: be brief\nuser: rain\nassistant:"]);
    const [made] = await generate(chat, ["rain"]);
    expect(made?.text).toBe(wanted?.text);
    expect(made?.tokens).toEqual(wanted?.tokens);
  });

  it("stops between tokens when it is told to", async () => {
    const backend = await openTiny();
    const abort = new AbortController();
    abort.abort(new Error("enough"));
    const outcomes = backend.generate([{ index: 0, prompt: "rain", seed: 0 }], GREEDY, abort.signal);
    await expect(collect(outcomes)).rejects.toThrow("enough");
  });

  it.each(["model_quantized.onnx", "model_fp16.onnx"])("runs %s close to the full model", async (file) => {
    const backend = await openTiny({ file });
    const [completion] = await generate(backend, ["the ferry"], { options: { ...GREEDY, maxTokens: 1 } });
    expect(completion?.logprobs?.[0]).toBeCloseTo(expected.generations[0]?.logprobs[0] as number, 0);
  });
});

describe("log-likelihood", () => {
  it("gives the scores that numpy gives, all contexts in one batch", async () => {
    const backend = await openTiny();
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
    const backend = await openTiny();
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
    const backend = await openTiny();
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

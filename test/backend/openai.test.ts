import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { backends } from "../../src/backend/index.ts";
import type { Backend, BackendTarget, GenerateOptions, Outcome } from "../../src/core/backend.ts";
import { EvalhError } from "../../src/core/errors.ts";
import { logprobOf, startOpenai, tokensOf } from "../fixtures/servers/openai.ts";
import type { Behaviour, Received, ScriptedServer } from "../fixtures/servers/scripted.ts";

const KEY = "sk-canary-81d0";
const OPTIONS: GenerateOptions = { maxTokens: 9, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: false };
const signal = new AbortController().signal;
const stack: AsyncDisposable[] = [];

async function serve(script?: (request: Received) => Behaviour | undefined, delay = 0): Promise<ScriptedServer> {
  const server = await startOpenai(script, delay);
  stack.push(server);
  return server;
}

async function open(server: ScriptedServer, target: Partial<BackendTarget> = {}): Promise<Backend> {
  const module = await backends.openai();
  const backend = await module.create({ path: `${server.origin}/v1`, options: {}, ...target }, signal);
  stack.push(backend);
  return backend;
}

async function collect<T>(outcomes: AsyncIterable<Outcome<T>>): Promise<Map<number, Outcome<T>>> {
  const found = new Map<number, Outcome<T>>();
  for await (const outcome of outcomes) found.set(outcome.index, outcome);
  return found;
}

async function ask(backend: Backend, prompt: string, options = OPTIONS, seed = 5) {
  return (await collect(backend.generate([{ index: 3, prompt, seed }], options, signal))).get(3);
}

function bodyOf(server: ScriptedServer, number = 0): unknown {
  return JSON.parse(server.received[number]?.body ?? "null");
}

afterEach(async () => {
  for (const item of stack.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

describe("the openai backend", () => {
  it("asks the chat endpoint and reads text, finish reason and token counts", async () => {
    const server = await serve();
    const backend = await open(server, { modelName: "small", options: { system: "be brief" } });
    const outcome = await ask(backend, 'say "one\ntwo"');
    expect(outcome).toMatchObject({
      kind: "done",
      value: { text: 'SAY "ONE\nTWO"', finish: "stop", tokens: { prompt: 3, completion: 3 } },
    });
    expect(server.received[0]?.url).toBe("/v1/chat/completions");
    expect(bodyOf(server)).toEqual({
      model: "small",
      stream: false,
      max_tokens: 9,
      temperature: 0,
      seed: 5,
      messages: [
        { role: "system", content: "be brief" },
        { role: "user", content: 'say "one\ntwo"' },
      ],
    });
  });

  it("sends sampling settings only where they say something, and the suite's own fields over its own", async () => {
    const server = await serve();
    const options = {
      api: "completions",
      body: { temperature: 0.25, min_p: 0.1 },
      omit: ["seed"],
      max_tokens_field: "max_new",
    };
    const backend = await open(server, { options });
    await ask(backend, "one", { ...OPTIONS, temperature: 1, topP: 0.9, topK: 40, stop: ["\n"], logprobs: true });
    expect(bodyOf(server)).toEqual({
      stream: false,
      max_new: 9,
      temperature: 0.25,
      min_p: 0.1,
      top_p: 0.9,
      top_k: 40,
      stop: ["\n"],
      logprobs: 1,
      prompt: "one",
    });
  });

  it.each(["chat", "completions"])("reads the log-probability of every token from %s", async (api) => {
    const backend = await open(await serve(), { options: { api } });
    const outcome = await ask(backend, "one three", { ...OPTIONS, logprobs: true });
    expect(outcome).toMatchObject({ value: { logprobs: [logprobOf("one"), logprobOf(" three")] } });
  });

  it("cuts at a stop string that the server leaves in", async () => {
    const outcome = await ask(await open(await serve()), "one two three", { ...OPTIONS, stop: ["THREE", " TWO"] });
    expect(outcome).toMatchObject({ value: { text: "ONE", finish: "stop" } });
  });

  it.each([
    ["content_filter", { content: null }, { text: "", finish: "filter" }],
    ["length", { content: null, reasoning_content: "hm" }, { text: "", finish: "length" }],
    ["stop", { content: null, refusal: "no" }, { text: "no", finish: "stop" }],
    ["whatever", { content: "x" }, { text: "x", finish: "unknown" }],
  ])("reads a choice that finished by %s with %j", async (finish_reason, message, value) => {
    const backend = await open(await serve(() => ({ do: "answer", json: { choices: [{ finish_reason, message }] } })));
    expect(await ask(backend, "one")).toMatchObject({ kind: "done", value });
  });

  it.each([
    [{}, "has no choices"],
    [{ choices: [] }, "choices is empty"],
    [{ choices: [{}] }, "has no text"],
    [{ choices: [{ message: {} }] }, "is not text"],
    [{ error: { message: "overloaded" } }, "overloaded"],
    [[], "has no choices"],
    [null, "not a JSON object"],
  ])("repeats a request answered with %j, then uses the second answer", async (json, message) => {
    const server = await serve(({ number }) => (number === 0 ? { do: "answer", json } : undefined));
    const backend = await open(server);
    expect(await ask(backend, "one")).toMatchObject({ kind: "done", value: { text: "ONE" } });
    expect(server.received).toHaveLength(2);
    const always = await open(await serve(() => ({ do: "answer", status: 400, json: { message } })));
    expect(await ask(always, "one")).toMatchObject({ kind: "failed", error: { message: `HTTP 400: ${message}` } });
  });

  it("runs as many requests at a time as it is told, answers each once, and keeps their handles", async () => {
    const server = await serve(undefined, 10);
    const backend = await open(server, { options: { concurrency: 5 } });
    const requests = Array.from({ length: 40 }, (_, i) => ({ index: 100 + i, prompt: `p${i}`, seed: i }));
    const outcomes = await collect(backend.generate(requests, OPTIONS, signal));
    expect(outcomes.size).toBe(40);
    for (const [i, { index }] of requests.entries()) {
      expect(outcomes.get(index)).toMatchObject({ kind: "done", value: { text: `P${i}` } });
    }
    expect(server.mostAtOnce).toBe(5);
  });

  it("sends the named key and never shows it", async () => {
    const server = await serve((request) => ({
      do: "answer",
      status: 401,
      json: { error: { message: `no such key: ${String(request.headers["api-key"])}` } },
    }));
    const target = {
      options: { api_key_env: "TEAM_KEY", api_key_header: "Api-Key" },
      secret: (name: string) => (name === "TEAM_KEY" ? `${KEY}\n` : undefined),
    };
    const backend = await open(server, target);
    const error = (await ask(backend, "one").catch((error: unknown) => error)) as EvalhError;
    expect(error).toBeInstanceOf(EvalhError);
    expect(error.message).toContain("no such key: [redacted]");
    expect(server.received[0]?.headers["api-key"]).toBe(KEY);
    expect(server.received[0]?.headers.authorization).toBeUndefined();
    expect(inspect([error, backend], { depth: 9 })).not.toContain(KEY);
  });

  it("says before the first request that the named key is not set", async () => {
    const server = await serve();
    const opened = open(server, { options: { api_key_env: "NOT_SET" }, secret: () => undefined });
    await expect(opened).rejects.toThrow(/NOT_SET.*is not set/);
    expect(server.received).toHaveLength(0);
  });
});

describe("log-likelihood by echo", () => {
  const sum = (tokens: readonly string[]): number => tokens.reduce((total, token) => total + logprobOf(token), 0);

  it("sums the tokens beyond the context, leaves out the one generated, and tells greedy ones", async () => {
    const server = await serve();
    const backend = await open(server, { modelName: "small", options: { api: "completions" } });
    const request = { index: 4, context: "the pier 🚢 at", continuations: [" night", " all seasons"] };
    const outcome = (await collect(backend.loglikelihood([request], signal))).get(4);
    expect(outcome).toEqual({
      index: 4,
      kind: "done",
      value: [
        { logprob: sum([" night"]), tokens: 1, greedy: true },
        { logprob: sum([" all", " seasons"]), tokens: 2, greedy: false },
      ],
    });
    expect(bodyOf(server)).toEqual({
      model: "small",
      echo: true,
      logprobs: 1,
      max_tokens: 1,
      temperature: 0,
      prompt: "the pier 🚢 at night",
    });
  });

  it("leaves out what the tokenizer puts before the text, and can then score a text by itself", async () => {
    // vLLM's echo for a model with a token that begins every text: its offsets count that token's own letters.
    const tokens = ["<s>", "the", " pier", " more"];
    const logprobs = {
      tokens,
      token_logprobs: [null, -1, -2, -9],
      text_offset: [0, 3, 6, 11],
      top_logprobs: [null, { the: -1 }, { " pier": -2 }, { " more": -9 }],
    };
    const server = await serve(() => ({ do: "answer", json: { choices: [{ text: "the pier more", logprobs }] } }));
    const backend = await open(server, { options: { api: "completions" } });
    const requests = [
      { index: 0, context: "the", continuations: [" pier"] },
      { index: 1, context: "", continuations: ["the pier"] },
    ];
    const outcomes = await collect(backend.loglikelihood(requests, signal));
    expect(outcomes.get(0)).toMatchObject({ value: [{ logprob: -2, tokens: 1, greedy: true }] });
    expect(outcomes.get(1)).toMatchObject({ value: [{ logprob: -3, tokens: 2, greedy: true }] });
  });

  it("counts the context's last space to the continuation", async () => {
    const backend = await open(await serve(), { options: { api: "completions" } });
    const request = { index: 0, context: "the pier ", continuations: ["at night"] };
    const outcome = (await collect(backend.loglikelihood([request], signal))).get(0);
    expect(outcome).toMatchObject({ value: [{ logprob: sum(tokensOf(" at night")), tokens: 2 }] });
  });

  it.each<[string, unknown, RegExp]>([
    ["does not echo", { choices: [{ text: "x", logprobs: { tokens: [], token_logprobs: [] } }] }, /does not echo/],
    ["gives no log-probabilities", { choices: [{ text: "x", logprobs: null }] }, /no log-probabilities/],
  ])("ends at the first answer of a server that %s", async (_, json, message) => {
    const server = await serve(() => ({ do: "answer", json }));
    const backend = await open(server, { options: { api: "completions" } });
    const request = { index: 0, context: "a", continuations: [" b", " c"] };
    await expect(collect(backend.loglikelihood([request], signal))).rejects.toThrow(message);
    expect(server.received).toHaveLength(1);
  });

  it("fails the sample with an empty context, whose first token no server scores", async () => {
    const backend = await open(await serve(), { options: { api: "completions" } });
    const request = { index: 0, context: "", continuations: ["night"] };
    const outcome = (await collect(backend.loglikelihood([request], signal))).get(0);
    expect(outcome).toMatchObject({ kind: "failed", error: { message: expect.stringMatching(/context is empty/) } });
  });

  it("is not offered over chat", async () => {
    const backend = await open(await serve());
    expect(backend.capabilities).toMatchObject({ generate: true, loglikelihood: false });
    expect(() => backend.loglikelihood([], signal)).toThrow(/chat endpoints/);
  });
});

import { describe, expect, it } from "vitest";
import type { BackendNotice } from "../../src/core/backend.ts";
import { lookOf, profiles } from "../fixtures/servers/profiles.ts";
import type { Behaviour } from "../fixtures/servers/scripted.ts";
import { OPTIONS, ask, bodies, open, refusal, serve } from "./openai-kit.ts";

describe("a server", () => {
  it.each([
    ["vLLM", "(vLLM 0.10.1)", true],
    ["SGLang", "(SGLang)", true],
    ["TGI", "(TGI 3.3.4)", false],
    ["llama.cpp", "(llama.cpp b5404-a1b2c3d)", false],
    ["Ollama", "(Ollama 0.13.0)", false],
    ["LM Studio", "(LM Studio)", false],
  ])("is recognised: %s", async (name, words, echoes) => {
    const backend = await open(await serve(lookOf(name)), { options: { api: "completions" } });
    expect(backend.version).toContain(words);
    expect(backend.capabilities.loglikelihood).toBe(echoes);
    if (!echoes) expect(backend.capabilities.whyNoLikelihood).toContain(name);
  });

  it("is recognised by its own call, where its models say nothing", async () => {
    for (const name of Object.keys(profiles)) {
      const look = lookOf(name);
      const server = await serve((request) => (request.url === "/v1/models" ? undefined : look(request)));
      expect((await open(server)).version, name).toContain(`(${name}`);
    }
  });

  it("that is not known is asked as OpenAI's API says", async () => {
    const server = await serve(() => ({ do: "text", status: 404, text: "no" }));
    expect((await open(server)).version).toBe(`openai chat default model at ${server.origin}/v1`);
  });

  it("is asked for the model it serves, adapters aside", async () => {
    const server = await serve(lookOf("vLLM"));
    await ask(await open(server), "x");
    expect(bodies(server)[0]).toMatchObject({ model: "base-7b" });
  });

  it("that has no such model is not asked", async () => {
    const error = await refusal(open(await serve(lookOf("vLLM")), { modelName: "title-20" }));
    expect(error.message).toMatch(/serves no model "title-20"$/);
    expect(error.hint).toBe('did you mean "title-200"?');
    // Ollama's names may leave ":latest" out.
    await open(await serve(lookOf("Ollama")), { modelName: "llama3" });
  });

  it("that serves several models wants a name", async () => {
    const data = ["a", "b"].map((id) => ({ id, owned_by: "library" }));
    const error = await refusal(open(await serve(() => ({ do: "answer", json: { data } }))));
    expect(error.message).toMatch(/serves several models: which one\?$/);
    expect(error.hint).toContain("--model: a, b");
  });

  it("gets as many stop strings as it takes; the others are cut off here", async () => {
    const server = await serve(lookOf("TGI"));
    const stop = ["A", "B", "C", "D", "TWO"];
    const [outcome] = await ask(await open(server), "one two", { ...OPTIONS, stop });
    expect(bodies(server)[0]?.["stop"]).toEqual(["A", "B", "C", "D"]);
    expect(outcome).toMatchObject({ value: { text: "ONE ", finish: "stop" } });
  });

  it("that drops top_k is said to do so, once", async () => {
    const notices: BackendNotice[] = [];
    const backend = await open(await serve(lookOf("Ollama")), { onNotice: (notice) => notices.push(notice) });
    const options = { ...OPTIONS, temperature: 1, topK: 40 };
    for (let i = 0; i < 3; i++) await ask(backend, "x", options);
    expect(notices).toEqual([{ kind: "warning", message: expect.stringContaining("Ollama drops top_k") }]);
  });
});

describe("what a suite does not say", () => {
  it.each<[string, Record<string, number>]>([
    ["vLLM", { top_p: 1, top_k: 0, min_p: 0, repetition_penalty: 1 }],
    ["SGLang", { top_p: 1, top_k: -1, min_p: 0, repetition_penalty: 1 }],
    ["llama.cpp", { top_p: 1, top_k: 0, min_p: 0 }],
  ])("is not left to the defaults of the server or its model: %s", async (name, off) => {
    const server = await serve(lookOf(name));
    const backend = await open(server);
    await ask(backend, "x", { ...OPTIONS, temperature: 1 });
    await ask(backend, "x", { ...OPTIONS, temperature: 1, topP: 0.9, topK: 40 });
    const own = await open(server, { options: { body: { min_p: 0.1 }, omit: ["top_k"] } });
    await ask(own, "x", { ...OPTIONS, temperature: 1 });
    const [unsaid, said, other] = bodies(server);
    expect(unsaid).toMatchObject(off);
    expect(said).toMatchObject({ ...off, top_p: 0.9, top_k: 40 });
    expect(other).toMatchObject({ min_p: 0.1, top_p: 1 });
    expect(other).not.toHaveProperty("top_k");
  });

  it("is not sent to servers that take no such fields", async () => {
    for (const name of ["TGI", "Ollama", "LM Studio"]) {
      const server = await serve(lookOf(name));
      await ask(await open(server), "x");
      const fields = Object.keys(bodies(server)[0] ?? {});
      expect(
        fields.filter((field) => /^(top_|min_p|repe)/u.test(field)),
        name,
      ).toEqual([]);
    }
  });
});

describe("a server that is loading", () => {
  it("is waited for, with its own words", async () => {
    let left = 2;
    const ready = lookOf("llama.cpp");
    const server = await serve((request) =>
      left-- > 0
        ? { do: "answer", status: 503, json: { error: { message: "Loading model", code: 503 } } }
        : ready(request),
    );
    const notices: BackendNotice[] = [];
    const backend = await open(server, { onNotice: (notice) => notices.push(notice) });
    expect(backend.version).toContain("llama.cpp");
    expect(notices.map(({ kind }) => kind)).toEqual(["waiting", "waiting"]);
    expect(notices[1]?.message).toMatch(/^waiting for .* \(HTTP 503: Loading model\), \d+ s$/);
  });

  it("that tears down every question but the one it was built for is asked that, after a while", async () => {
    const server = await serve(() => ({ do: "reset" }));
    const notices: BackendNotice[] = [];
    const backend = await open(server, { onNotice: (notice) => notices.push(notice) });
    expect((await ask(backend, "one"))[0]).toMatchObject({ kind: "done", value: { text: "ONE" } });
    expect(notices.length).toBeGreaterThan(3);
  });

  it("is given up when the time is over", async () => {
    const server = await serve(() => ({ do: "text", status: 503, text: "" }));
    const error = await refusal(open(server, { readyTimeout: 1 }));
    expect(error.message).toMatch(/is not ready after \d s: HTTP 503$/);
    expect(error.hint).toContain("--wait");
  });
});

describe("a refusal that names a field", () => {
  const refuse = (param: string): Behaviour => ({
    do: "answer",
    status: 400,
    json: { error: { message: `Unsupported parameter: '${param}'`, param, code: "unsupported_parameter" } },
  });
  const none = (): undefined => undefined;

  it("renames max_tokens, for all later requests too", async () => {
    const server = await serve(none, ({ body }) => (body.includes('"max_tokens"') ? refuse("max_tokens") : undefined));
    const backend = await open(server);
    for (const prompt of ["one", "two"]) expect((await ask(backend, prompt))[0]).toMatchObject({ kind: "done" });
    expect(bodies(server).map((body) => body["max_completion_tokens"])).toEqual([undefined, 9, 9]);
  });

  it("leaves the seed out, and says what that means", async () => {
    const detail = [{ type: "extra_forbidden", loc: ["body", "seed"], msg: "Extra inputs are not permitted" }];
    const server = await serve(none, ({ body }) =>
      body.includes('"seed"') ? { do: "answer", status: 422, json: { detail } } : undefined,
    );
    const notices: BackendNotice[] = [];
    const backend = await open(server, { onNotice: (notice) => notices.push(notice) });
    expect((await ask(backend, "one"))[0]).toMatchObject({ kind: "done", value: { text: "ONE" } });
    expect(notices[0]?.message).toContain("takes no seed");
  });

  it("of a setting that matters fails the sample, in the server's words", async () => {
    const server = await serve(none, () => refuse("temperature"));
    const [outcome] = await ask(await open(server), "one");
    expect(outcome).toMatchObject({ kind: "failed", error: { message: expect.stringContaining("'temperature'") } });
    expect(server.received).toHaveLength(1);
  });

  it("of both names is taken for final", async () => {
    const server = await serve(none, ({ body }) =>
      refuse(body.includes('"max_tokens"') ? "max_tokens" : "max_completion_tokens"),
    );
    expect((await ask(await open(server), "one"))[0]).toMatchObject({ kind: "failed" });
    expect(server.received).toHaveLength(2);
  });
});

describe("streaming", () => {
  const chunk = (choice: object, usage: object | null = null): string =>
    `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }], usage })}\n\n`;
  const none = (): undefined => undefined;

  it("puts chat chunks together, with log-probabilities, counts and the time to the first token", async () => {
    const text = [
      chunk({ delta: { role: "assistant", content: "" }, finish_reason: null }),
      chunk({ delta: { content: "the pier 🚢" }, logprobs: { content: [{ logprob: -1 }] }, finish_reason: null }),
      chunk({ delta: { content: " at night" }, logprobs: { content: [{ logprob: -2 }] }, finish_reason: null }),
      chunk({ delta: {}, finish_reason: "length" }),
      `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 4 } })}\n\n`,
      "data: [DONE]\n\n",
    ].join("");
    const server = await serve(none, () => ({ do: "events", text, piece: 3 }));
    const backend = await open(server, { options: { stream: true } });
    const [outcome] = await ask(backend, "x", { ...OPTIONS, logprobs: true });
    expect(outcome).toMatchObject({
      kind: "done",
      value: {
        text: "the pier 🚢 at night",
        finish: "length",
        logprobs: [-1, -2],
        tokens: { prompt: 3, completion: 4 },
        timings: { firstTokenMs: expect.any(Number) as number, totalMs: expect.any(Number) as number },
      },
    });
    expect(bodies(server)[0]).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it("reads plain completions, and a server that ends without [DONE]", async () => {
    const text = chunk({ text: "one" }) + chunk({ text: " two", finish_reason: "stop" });
    const server = await serve(none, () => ({ do: "events", text, piece: 1000 }));
    const backend = await open(server, { options: { stream: true, api: "completions" } });
    expect((await ask(backend, "x"))[0]).toMatchObject({ value: { text: "one two", finish: "stop" } });
  });

  it("asks again when a stream ends too early or reports an error in its midst", async () => {
    const good = chunk({ delta: { content: "good" }, finish_reason: "stop" });
    const early = chunk({ delta: { content: "lost" } });
    const broken = `${early}data: {"error": {"message": "out of memory"}}\n\n`;
    const answers = [early, broken, "data: {not json\n\n", good];
    const server = await serve(none, ({ number }) => ({ do: "events", text: answers[number] ?? good, piece: 20 }));
    const backend = await open(server, { options: { stream: true } });
    expect((await ask(backend, "x"))[0]).toMatchObject({ value: { text: "good" } });
    expect(server.received).toHaveLength(4);
  });
});

describe("n", () => {
  const choices = (texts: readonly string[]): Behaviour => ({
    do: "answer",
    json: {
      choices: texts.map((content, index) => ({ index, message: { content }, finish_reason: "stop" })).toReversed(),
    },
  });
  const none = (): undefined => undefined;

  it("asks for a sample's repeats in one request", async () => {
    const server = await serve(none, () => choices(["a", "b", "c"]));
    const backend = await open(server, { options: { n: true } });
    expect(backend.asksRepeatsAtOnce).toBe(true);
    const outcomes = await ask(backend, "x", { ...OPTIONS, temperature: 1 }, 3);
    expect(outcomes.map((each) => each.kind === "done" && (each.value as { text: string }).text)).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(bodies(server)).toEqual([expect.objectContaining({ n: 3, seed: 5 })]);
  });

  it("asks again when the server gives fewer", async () => {
    const server = await serve(none, ({ number }) => choices(number === 0 ? ["a"] : ["a", "b"]));
    const backend = await open(server, { options: { n: true } });
    expect(await ask(backend, "x", OPTIONS, 2)).toMatchObject([{ kind: "done" }, { kind: "done" }]);
    expect(server.received).toHaveLength(2);
  });
});

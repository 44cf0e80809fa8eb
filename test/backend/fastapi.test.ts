import { afterEach, describe, expect, it } from "vitest";
import { backends } from "../../src/backend/index.ts";
import type { Backend, GenerateOptions, Outcome } from "../../src/core/backend.ts";
import type { Completion } from "../../src/core/completion.ts";
import { startScripted, type Behaviour, type Received, type ScriptedServer } from "../fixtures/servers/scripted.ts";

const OPTIONS: GenerateOptions = { maxTokens: 9, temperature: 0, topP: 1, topK: 0, stop: ["\n"], logprobs: false };
const signal = new AbortController().signal;
const stack: AsyncDisposable[] = [];

async function serve(script: (request: Received) => Behaviour): Promise<ScriptedServer> {
  const server = await startScripted(script);
  stack.push(server);
  return server;
}

/** What FastAPI answers to `async def generate(prompt: str)`. */
function queryServer({ url }: Received): Behaviour {
  const prompt = new URL(url, "http://x").searchParams.get("prompt");
  if (prompt === null) {
    const detail = [{ type: "missing", loc: ["query", "prompt"], msg: "Field required", input: null }];
    return { do: "answer", status: 422, json: { detail } };
  }
  return { do: "answer", json: { response: prompt.toUpperCase() } };
}

async function open(server: ScriptedServer, options: Record<string, unknown> = {}): Promise<Backend> {
  const module = await backends.fastapi();
  const backend = await module.create({ path: server.origin, options }, signal);
  stack.push(backend);
  return backend;
}

async function ask(backend: Backend, prompts: readonly string[]): Promise<Outcome<Completion>[]> {
  const requests = prompts.map((prompt, index) => ({ index, prompt, seed: 5 }));
  const found: Outcome<Completion>[] = [];
  for await (const outcome of backend.generate(requests, OPTIONS, signal)) found[outcome.index] = outcome;
  return found;
}

afterEach(async () => {
  for (const item of stack.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

describe("the fastapi backend", () => {
  it("finds out once that the prompt is a query parameter", async () => {
    const server = await serve(queryServer);
    const backend = await open(server);
    for (const prompt of ["a & b=c\nü", "two", "three"]) {
      const [outcome] = await ask(backend, [prompt]);
      expect(outcome).toMatchObject({ kind: "done", value: { text: prompt.toUpperCase().split("\n")[0] } });
    }
    expect(server.received.map(({ url }) => url.split("?")[0])).toEqual(Array.from({ length: 4 }, () => "/generate"));
    expect(server.received.filter(({ url }) => !url.includes("?"))).toHaveLength(1);
  });

  it("finds out for many at once and loses none", async () => {
    const backend = await open(await serve(queryServer), { concurrency: 8 });
    const outcomes = await ask(
      backend,
      Array.from({ length: 30 }, (_, i) => `p${i}`),
    );
    expect(outcomes.map((outcome) => outcome.kind === "done" && outcome.value.text)).toEqual(
      Array.from({ length: 30 }, (_, i) => `P${i}`),
    );
  });

  it("posts JSON with the server's own names for settings", async () => {
    const server = await serve(({ body }) => ({ do: "answer", json: { out: [{ text: body }] } }));
    const send = { max_tokens: "max_new_tokens", stop: "stops", seed: "seed" };
    const options = { path: "/v2/ask", prompt_field: "q", send, body: { lang: "en" }, response: "out.0.text" };
    const [outcome] = await ask(await open(server, options), ["hello"]);
    expect(server.received[0]?.url).toBe("/v2/ask");
    const sent = { lang: "en", max_new_tokens: 9, stops: ["\n"], seed: 5, q: "hello" };
    expect(outcome).toMatchObject({ value: { text: JSON.stringify(sent), finish: "unknown" } });
  });

  it.each<[unknown, string]>([
    ["plain", "plain"],
    [{ generated_text: "a" }, "a"],
    [[{ generated_text: "b" }], "b"],
    [{ choices: [{ text: "c" }] }, "c"],
    [{ status: "ok", result: { output: "d" } }, "d"],
  ])("finds the text in %j", async (json, text) => {
    const backend = await open(await serve(() => ({ do: "answer", json })));
    expect((await ask(backend, ["x"]))[0]).toMatchObject({ kind: "done", value: { text } });
  });

  it("repeats a request whose answer has no text at the named place", async () => {
    const server = await serve(({ number }) => ({ do: "answer", json: number === 0 ? { text: "x" } : { words: "y" } }));
    expect((await ask(await open(server, { response: "words" }), ["x"]))[0]).toMatchObject({ value: { text: "y" } });
    expect(server.received).toHaveLength(2);
  });

  it("records what a server refuses that wants something else", async () => {
    const detail = [{ type: "missing", loc: ["body", "question"], msg: "Field required" }];
    const backend = await open(await serve(() => ({ do: "answer", status: 422, json: { detail } })));
    expect((await ask(backend, ["x"]))[0]).toMatchObject({
      kind: "failed",
      error: { message: expect.stringMatching(/HTTP 422: .*"question"/) },
    });
  });
});

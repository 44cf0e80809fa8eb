import { afterEach, describe, expect, it } from "vitest";
import { backends } from "../../src/backend/index.ts";
import type { Backend, BackendTarget, GenerateOptions, Outcome } from "../../src/core/backend.ts";
import type { Completion } from "../../src/core/completion.ts";
import { startScripted, type Behaviour, type Received, type ScriptedServer } from "../fixtures/servers/scripted.ts";

const GREEDY: GenerateOptions = { maxTokens: 9, temperature: 0, topP: 1, topK: 0, stop: ["\n"], logprobs: false };
const SAMPLED: GenerateOptions = { ...GREEDY, temperature: 0.7, topP: 0.9, topK: 40 };
const signal = new AbortController().signal;
const stack: AsyncDisposable[] = [];

async function serve(script: (request: Received) => Behaviour): Promise<ScriptedServer> {
  const server = await startScripted(script);
  stack.push(server);
  return server;
}

async function open(server: ScriptedServer, options: Record<string, unknown>, target: Partial<BackendTarget> = {}) {
  const module = await backends.fastapi();
  const backend = await module.create({ path: server.origin, options, ...target }, signal);
  stack.push(backend);
  return backend;
}

async function ask(backend: Backend, prompts: readonly string[], options = GREEDY): Promise<Outcome<Completion>[]> {
  const requests = prompts.map((prompt, index) => ({ index, prompt, seed: 5 }));
  const found: Outcome<Completion>[] = [];
  for await (const outcome of backend.generate(requests, options, signal)) found[outcome.index] = outcome;
  return found;
}

function sent(server: ScriptedServer): readonly unknown[] {
  return server.received.map(({ url, body }) => [url, JSON.parse(body) as unknown]);
}

const json = (value: unknown): Behaviour => ({ do: "answer", json: value });

afterEach(async () => {
  for (const item of stack.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

describe("the preset langserve", () => {
  it("invokes a chain, whose output is text or a message", async () => {
    const outputs: readonly unknown[] = ["plain", { content: "said", type: "ai", additional_kwargs: {} }];
    const server = await serve(({ number }) => json({ output: outputs[number], metadata: { run_id: "1" } }));
    const backend = await open(server, { preset: "langserve", prompt_field: "topic", body: { config: {} } });
    expect(await ask(backend, ["cats"])).toMatchObject([{ value: { text: "plain", finish: "unknown" } }]);
    expect(await ask(backend, ["dogs"])).toMatchObject([{ value: { text: "said" } }]);
    expect(sent(server)[0]).toEqual(["/invoke", { input: { topic: "cats" }, config: {} }]);
  });

  it("sends several prompts as a batch", async () => {
    const server = await serve(() => json({ output: ["a\nrest", { content: "b" }] }));
    const backend = await open(server, { preset: "langserve", batch_size: 2 });
    expect(backend.batchSize).toBe(2);
    expect(await ask(backend, ["x", "y"])).toMatchObject([
      { value: { text: "a", finish: "stop" } },
      { value: { text: "b" } },
    ]);
    expect(sent(server)).toEqual([["/batch", { inputs: ["x", "y"] }]]);
  });

  it("reads a chat model's message: its text without its thoughts, tokens and why it ended", async () => {
    const content = [
      { type: "reasoning", reasoning: "which one?" },
      { type: "text", text: "red" },
      { type: "text", text: " roses" },
    ];
    const usage = { input_tokens: 5, output_tokens: 2, total_tokens: 7 };
    const said = { content, type: "ai", usage_metadata: usage, response_metadata: { finish_reason: "length" } };
    const backend = await open(await serve(() => json({ output: said })), { preset: "langserve" });
    expect(await ask(backend, ["x"])).toMatchObject([
      { value: { text: "red roses", finish: "length", tokens: { prompt: 5, completion: 2 } } },
    ]);
  });

  it("fails the whole batch of a chain that loses one", async () => {
    const backend = await open(await serve(() => json({ output: ["a"] })), { preset: "langserve", batch_size: 2 });
    const message = expect.stringContaining("1 entries at output for 2 prompts") as string;
    expect(await ask(backend, ["x", "y"])).toMatchObject([
      { kind: "failed", error: { message } },
      { kind: "failed", error: { message } },
    ]);
  });
});

describe("the preset tgi", () => {
  const details = {
    finish_reason: "eos_token",
    generated_tokens: 2,
    prefill: [],
    tokens: [{ logprob: -1 }, { logprob: -2 }],
  };

  it("asks /generate for details, and reads finish reason and log-probabilities", async () => {
    const server = await serve(() => json({ generated_text: "yes", details }));
    const backend = await open(server, { preset: "tgi", body: { parameters: { truncate: 100 } } });
    const [outcome] = await ask(backend, ["x"], { ...GREEDY, logprobs: true });
    expect(outcome).toMatchObject({ value: { text: "yes", finish: "stop", logprobs: [-1, -2] } });
    expect(sent(server)[0]).toEqual([
      "/generate",
      {
        inputs: "x",
        parameters: {
          max_new_tokens: 9,
          do_sample: false,
          return_full_text: false,
          details: true,
          decoder_input_details: false,
          seed: 5,
          stop: ["\n"],
          truncate: 100,
        },
      },
    ]);
    expect(server.looked[0]?.url).toBe("/health");
  });

  it("samples where the task does", async () => {
    const server = await serve(() => json({ generated_text: "yes" }));
    await ask(await open(server, { preset: "tgi" }), ["x"], SAMPLED);
    expect(sent(server)[0]).toMatchObject([
      "/generate",
      { parameters: { do_sample: true, temperature: 0.7, top_p: 0.9, top_k: 40 } },
    ]);
  });
});

describe("the preset hf-endpoint", () => {
  it.each<[string, unknown, string]>([
    ["text generation", [{ generated_text: "a" }], "a"],
    [
      "a classifier",
      [
        [
          { label: "sad", score: 0.2 },
          { label: "glad", score: 0.8 },
        ],
      ],
      "glad",
    ],
    ["a classifier's one label", [{ label: "glad", score: 0.8 }], "glad"],
  ])("posts to the address itself, and reads %s", async (_, answer, text) => {
    const server = await serve(() => json(answer));
    expect(await ask(await open(server, { preset: "hf-endpoint" }), ["x"])).toMatchObject([{ value: { text } }]);
    expect(sent(server)[0]).toMatchObject(["/", { inputs: "x", parameters: { max_new_tokens: 9 } }]);
  });

  it("sends several prompts at once", async () => {
    const server = await serve(() => json([[{ generated_text: "a" }], [{ generated_text: "b" }]]));
    const backend = await open(server, { preset: "hf-endpoint", batch_size: 8 });
    expect(await ask(backend, ["x", "y"])).toMatchObject([{ value: { text: "a" } }, { value: { text: "b" } }]);
  });
});

describe("the preset tensorflow-serving", () => {
  it("posts instances to the model, and reads text and bytes", async () => {
    const b64 = Buffer.from("größe").toString("base64");
    const server = await serve(() => json({ predictions: [{ outputs: "a" }, { b64 }] }));
    const options = {
      preset: "tensorflow-serving",
      prompt_field: "text",
      batch_size: 2,
      body: { signature_name: "s" },
    };
    const backend = await open(server, options, { modelName: "summary/versions/3" });
    expect(await ask(backend, ["x", "y"])).toMatchObject([{ value: { text: "a" } }, { value: { text: "größe" } }]);
    const body = { instances: [{ text: "x" }, { text: "y" }], signature_name: "s" };
    expect(sent(server)).toEqual([["/v1/models/summary/versions/3:predict", body]]);
    expect(server.looked[0]?.url).toBe("/v1/models/summary/versions/3");
  });

  it("wants the model's name, and text", async () => {
    const server = await serve(() => json({ predictions: [[0.1, 0.9]] }));
    await expect(open(server, { preset: "tensorflow-serving" })).rejects.toThrow(/wants the model's name/);
    const backend = await open(server, { preset: "tensorflow-serving", model: "m" });
    expect(await ask(backend, ["x"])).toMatchObject([
      { kind: "failed", error: { message: expect.stringContaining("no text") as string } },
    ]);
  });
});

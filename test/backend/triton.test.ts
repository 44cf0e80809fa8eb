import { array, assert, property, string } from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { backends } from "../../src/backend/index.ts";
import { bytesField, intField, packedField, readMessage } from "../../src/backend/triton/protobuf.ts";
import { decodeRaw, encodeRaw } from "../../src/backend/triton/tensor.ts";
import type { Backend, GenerateOptions, Outcome } from "../../src/core/backend.ts";
import type { Completion } from "../../src/core/completion.ts";
import { startGrpc } from "../fixtures/servers/kserve.ts";
import { startScripted, type Behaviour, type Received, type ScriptedServer } from "../fixtures/servers/scripted.ts";

const OPTIONS: GenerateOptions = { maxTokens: 9, temperature: 0, topP: 1, topK: 0, stop: ["\n"], logprobs: false };
const signal = new AbortController().signal;
const stack: AsyncDisposable[] = [];

type Port = readonly [name: string, datatype: string, shape: readonly number[], optional?: boolean];

/** What Triton answers to GET about a model. */
function lookOf(inputs: readonly Port[], outputs: readonly Port[], config: object) {
  const ports = (list: readonly Port[]) => list.map(([name, datatype, shape]) => ({ name, datatype, shape }));
  const input = inputs.map(([name, , , optional]) => ({ name, optional: optional === true }));
  const answers: Readonly<Record<string, unknown>> = {
    "/v2/health/ready": {},
    "/v2/models/m/ready": {},
    "/v2/models/m": { name: "m", platform: "python", inputs: ports(inputs), outputs: ports(outputs) },
    "/v2/models/m/config": { input, ...config },
  };
  return ({ url }: Received): Behaviour | undefined => {
    const json = answers[url];
    return json === undefined ? undefined : { do: "answer", json };
  };
}

async function serve(script: (request: Received) => Behaviour, look: (request: Received) => Behaviour | undefined) {
  const server = await startScripted(script, { look });
  stack.push(server);
  return server;
}

async function open(origin: string, options: Record<string, unknown> = {}, secret?: string): Promise<Backend> {
  const module = await backends.triton();
  const target = { path: `${origin}/v2`, modelName: "m", options };
  const backend = await module.create(secret === undefined ? target : { ...target, secret: () => secret }, signal);
  stack.push(backend);
  return backend;
}

async function ask(backend: Backend, prompts: readonly string[], options = OPTIONS): Promise<Outcome<Completion>[]> {
  const requests = prompts.map((prompt, index) => ({ index, prompt, seed: 5 + index }));
  const found: Outcome<Completion>[] = [];
  for await (const outcome of backend.generate(requests, options, signal)) found[outcome.index] = outcome;
  return found;
}

function bodyOf(server: ScriptedServer): unknown {
  return JSON.parse(server.received[0]?.body ?? "null");
}

const TEXT: Port = ["text_input", "BYTES", [-1, 1]];
const ANSWER: Port = ["text_output", "BYTES", [-1, 1]];
const answers = (data: readonly string[]): Behaviour => ({
  do: "answer",
  json: { outputs: [{ name: "text_output", datatype: "BYTES", shape: [data.length, 1], data }] },
});

afterEach(async () => {
  for (const item of stack.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

describe("tensors and messages", () => {
  it("give any text back as it was, and refuse what is cut off", () => {
    const texts = array(string({ unit: "grapheme" }), { minLength: 1 });
    assert(
      property(texts, (data) => {
        const raw = encodeRaw({ name: "t", datatype: "BYTES", shape: [data.length], data });
        expect(decodeRaw("BYTES", raw)).toEqual(data);
        expect(() => decodeRaw("BYTES", raw.subarray(0, -1))).toThrow(/tensor/);
      }),
    );
  });

  it.each<[string, readonly (number | boolean)[]]>([
    ["BOOL", [true, false]],
    ["INT8", [-128, 127]],
    ["UINT8", [0, 255]],
    ["INT16", [-32768, 32767]],
    ["UINT16", [0, 65535]],
    ["INT32", [-2147483648, 2147483647]],
    ["UINT32", [0, 4294967295]],
    ["INT64", [-9007199254740991, 9007199254740991]],
    ["UINT64", [0, 9007199254740991]],
    ["FP32", [0.5, -3]],
    ["FP64", [0.1, -1e300]],
  ])("give numbers of type %s back as they were", (datatype, data) => {
    const raw = encodeRaw({ name: "t", datatype, shape: [data.length], data });
    expect(decodeRaw(datatype, raw)).toEqual(data);
  });

  it("read fields in any order, packed or not, and no byte beyond the end", () => {
    const bytes = Buffer.concat([intField(9, 1), bytesField(1, "a ü"), packedField(3, [-1, 300, 0]), intField(3, 7)]);
    const message = readMessage(bytes);
    expect([message.text(1), message.ints(9), message.ints(3)]).toEqual(["a ü", [1], [7, -1, 300, 0]]);
    for (let end = 1; end < bytes.length; end++) {
      try {
        readMessage(bytes.subarray(0, end));
      } catch (error) {
        expect((error as Error).message).toMatch(/the answer is no message/);
      }
    }
  });
});

describe("a model by HTTP", () => {
  it("gets prompts and settings in the tensors it declares, each row with its own seed", async () => {
    const inputs: readonly Port[] = [
      TEXT,
      ["max_tokens", "INT32", [-1, 1]],
      ["temperature", "FP32", [-1, 1], true],
      ["stop_words", "BYTES", [-1, -1], true],
      ["random_seed", "UINT64", [-1, 1]],
      ["stream", "BOOL", [-1, 1], true],
      ["image", "BYTES", [-1, 1], true],
    ];
    const server = await serve(() => answers(["A", "B\nrest"]), lookOf(inputs, [ANSWER], { max_batch_size: 16 }));
    const backend = await open(server.origin, { binary: false, batch_size: 2 });
    const stop = ["\n", "END"];
    expect(await ask(backend, ["a", "b ü"], { ...OPTIONS, stop })).toMatchObject([
      { value: { text: "A", finish: "unknown" } },
      { value: { text: "B", finish: "stop" } },
    ]);
    expect(server.received[0]?.url).toBe("/v2/models/m/infer");
    expect(bodyOf(server)).toEqual({
      inputs: [
        { name: "text_input", datatype: "BYTES", shape: [2, 1], data: ["a", "b ü"] },
        { name: "max_tokens", datatype: "INT32", shape: [2, 1], data: [9, 9] },
        { name: "stop_words", datatype: "BYTES", shape: [2, 2], data: ["\n", "END", "\n", "END"] },
        { name: "random_seed", datatype: "UINT64", shape: [2, 1], data: [5, 6] },
        { name: "stream", datatype: "BOOL", shape: [2, 1], data: [false, false] },
      ],
      outputs: [{ name: "text_output" }],
    });
  });

  it("gets constants from the suite, and vLLM's settings as one text", async () => {
    const inputs: readonly Port[] = [TEXT, ["sampling_parameters", "BYTES", [-1, 1], true], ["lang", "BYTES", [-1, 1]]];
    const server = await serve(() => answers(["A"]), lookOf(inputs, [ANSWER], { max_batch_size: 4 }));
    await ask(await open(server.origin, { binary: false, inputs: { lang: "de" } }), ["a"]);
    const { inputs: sent } = bodyOf(server) as { inputs: readonly { name: string; data: readonly string[] }[] };
    expect(sent[2]).toMatchObject({ name: "lang", data: ["de"] });
    expect(JSON.parse(sent[1]?.data[0] ?? "")).toEqual({ max_tokens: 9, temperature: 0, stop: ["\n"], seed: 5 });
  });

  it("is not asked where an input would stay empty, or where the prompt cannot be told", async () => {
    const needy = await serve(() => answers([]), lookOf([TEXT, ["image", "BYTES", [-1, 1]]], [ANSWER], {}));
    await expect(open(needy.origin)).rejects.toThrow(/needs the input "image", which nothing fills/);
    const numbers = await serve(() => answers([]), lookOf([["x", "FP32", [1]]], [ANSWER], {}));
    await expect(open(numbers.origin)).rejects.toThrow(/no input of text.*x \(FP32\)/);
  });

  it.each<[string, Behaviour, RegExp]>([
    ["no outputs", { do: "answer", json: {} }, /no outputs/],
    ["too few rows", answers(["A"]), /1 texts for 2 prompts/],
    ["a refusal", { do: "answer", status: 400, json: { error: "unexpected shape" } }, /HTTP 400: unexpected shape/],
  ])("that answers with %s fails the samples", async (_, behaviour, message) => {
    const server = await serve(() => behaviour, lookOf([TEXT], [ANSWER], { max_batch_size: 4 }));
    const outcomes = await ask(await open(server.origin), ["a", "b"]);
    expect(outcomes).toHaveLength(2);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: "failed", error: { message: expect.stringMatching(message) as string } });
    }
  });

  it("that is decoupled is read as a stream, whose error is the sample's", async () => {
    const look = lookOf([TEXT], [ANSWER], { max_batch_size: 4, model_transaction_policy: { decoupled: true } });
    const pieces = ["the ", "pier"].map((piece) => `data: ${JSON.stringify({ text_output: piece })}\n\n`).join("");
    const server = await serve(() => ({ do: "events", text: pieces, piece: 4 }), look);
    expect(await ask(await open(server.origin), ["a"])).toMatchObject([{ value: { text: "the pier" } }]);
    expect(server.received[0]).toMatchObject({ url: "/v2/models/m/generate_stream", body: '{"text_input":"a"}' });
    const broken = await serve(() => ({ do: "events", text: 'data: {"error": "no memory"}\n\n', piece: 9 }), look);
    expect(await ask(await open(broken.origin), ["a"])).toMatchObject([
      { kind: "failed", error: { message: expect.stringContaining("no memory") as string } },
    ]);
  });
});

describe("a model by gRPC", () => {
  it("is found, described and asked with the key", async () => {
    await using server = await startGrpc(() => "answer");
    const module = await backends.triton();
    const options = { protocol: "grpc", api_key_env: "KEY", batch_size: 3 };
    await using backend = await module.create({ path: server.origin, options, secret: () => "sk-1234" }, signal);
    expect(backend.version).toBe(`triton fixture loud by grpc at ${server.origin}`);
    expect(backend.batchSize).toBe(3);
    expect(await ask(backend, ["one", "zwei ü 🚢", ""])).toMatchObject([
      { value: { text: "ONE" } },
      { value: { text: "ZWEI Ü 🚢" } },
      { value: { text: "" } },
    ]);
    expect(server.asked).toEqual([{ prompts: ["one", "zwei ü 🚢", ""], authorization: "Bearer sk-1234" }]);
  });

  it("is asked again where it is unavailable, ends without a status or answers nonsense", async () => {
    const faults = ["unavailable", "no status", "garbage"] as const;
    await using server = await startGrpc((number) => faults[number] ?? "answer");
    await using backend = await open(server.origin, { protocol: "grpc" });
    expect(await ask(backend, ["one"])).toMatchObject([{ kind: "done", value: { text: "ONE" } }]);
    expect(server.asked).toHaveLength(4);
  });

  it("is not waited for beyond the limit, and stops at once when it is told to", async () => {
    await using server = await startGrpc(() => "hang");
    await using backend = await open(server.origin, { protocol: "grpc", timeout: 0.2 });
    expect(await ask(backend, ["one"])).toMatchObject([
      { kind: "failed", error: { message: expect.stringContaining("no complete answer within 0.2 s") as string } },
    ]);
    const abort = new AbortController();
    await using slow = await open(server.origin, { protocol: "grpc" });
    const outcomes = slow.generate([{ index: 0, prompt: "x", seed: 1 }], OPTIONS, abort.signal);
    const asked = (async (): Promise<unknown> => {
      for await (const outcome of outcomes) return outcome;
      return null;
    })();
    setTimeout(() => abort.abort(new Error("enough")), 50);
    await expect(asked).rejects.toThrow("enough");
  });

  it("that nobody serves is said to be unreachable", async () => {
    const server = await startGrpc(() => "answer");
    await server[Symbol.asyncDispose]();
    await expect(open(server.origin, { protocol: "grpc" })).rejects.toThrow(/is not ready: connection refused/);
  });
});

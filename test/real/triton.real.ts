import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { backends } from "../../src/backend/index.ts";
import type { Backend, GenerateOptions, Outcome } from "../../src/core/backend.ts";
import type { Completion } from "../../src/core/completion.ts";
import { makeProject } from "../cli/project.ts";
import { pythonOf } from "./environment.ts";
import { endGroup, freePorts } from "./service.ts";

const python = pythonOf("triton");
const OPTIONS: GenerateOptions = { maxTokens: 3, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: false };
const signal = new AbortController().signal;

async function collect(backend: Backend, prompts: readonly string[], options = OPTIONS) {
  const requests = prompts.map((prompt, index) => ({ index, prompt, seed: 7 + index }));
  const found: Outcome<Completion>[] = [];
  for await (const outcome of backend.generate(requests, options, signal)) found[outcome.index] = outcome;
  return found;
}

describe.skipIf(python === null)("a real Triton server (nvidia-pytriton)", () => {
  let service: ChildProcess;
  let http = "";
  let grpc = "";

  /** Opens a model by a protocol; `binary` decides how HTTP carries tensors. */
  async function open(model: string, options: Record<string, unknown>): Promise<Backend> {
    const module = await backends.triton();
    const path = options["protocol"] === "grpc" ? grpc : http;
    return module.create({ path, modelName: model, options, readyTimeout: 120 }, signal);
  }

  beforeAll(async () => {
    const ports = await freePorts(3);
    http = `http://127.0.0.1:${ports[0]}`;
    grpc = `http://127.0.0.1:${ports[1]}`;
    const script = join(import.meta.dirname, "../fixtures/servers/triton_models.py");
    // A process group of its own: the server and its Python stubs outlive a parent that is killed.
    service = spawn(python ?? "", [script, ...ports.map(String)], {
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let log = "";
    service.stderr?.on("data", (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
    for (;;) {
      if (service.exitCode !== null) throw new Error(`Triton ended:\n${log}`);
      const answers = await Promise.all(
        ["shout", "fail", "words"].map((name) =>
          fetch(`${http}/v2/models/${name}/ready`).then(
            ({ ok }) => ok,
            () => false,
          ),
        ),
      );
      if (answers.every(Boolean)) return;
      await setTimeout(200);
    }
  }, 180_000);
  afterAll(() => endGroup(service));

  it.each([
    ["HTTP with tensors as bytes", {}],
    ["HTTP with tensors as JSON", { binary: false }],
    ["gRPC", { protocol: "grpc" }],
  ])("answers batches by %s, each row with its own settings", async (_, options) => {
    await using backend = await open("shout", { ...options, batch_size: 64 });
    // No more than the model takes, as its configuration says.
    expect(backend.batchSize).toBe(4);
    expect(await collect(backend, ["one two three four", "ünï 🚢", "a", "b\nc"])).toMatchObject([
      { kind: "done", value: { text: "ONE TWO THREE seed=7" } },
      { kind: "done", value: { text: "ÜNÏ 🚢 seed=8" } },
      { kind: "done", value: { text: "A seed=9" } },
      { kind: "done", value: { text: "B\nC seed=10" } },
    ]);
  });

  it.each([
    ["HTTP", {}],
    ["gRPC", { protocol: "grpc" }],
  ])("puts the pieces of a decoupled model together by %s, and times the first", async (_, options) => {
    await using backend = await open("words", options);
    expect(backend.batchSize).toBe(1);
    const [outcome] = await collect(backend, ["the pier 🚢 at night"]);
    expect(outcome).toMatchObject({ kind: "done", value: { text: "THE PIER 🚢 AT NIGHT" } });
    const { timings } = (outcome as { value: Completion }).value;
    expect(timings?.firstTokenMs).toBeGreaterThan(0);
    expect(timings?.firstTokenMs).toBeLessThanOrEqual(timings?.totalMs ?? 0);
  });

  it.each([
    ["HTTP", {}],
    ["gRPC", { protocol: "grpc" }],
  ])("records a model that fails, in its own words, by %s", async (_, options) => {
    await using backend = await open("fail", options);
    const [outcome] = await collect(backend, ["x"]);
    expect(outcome).toMatchObject({
      kind: "failed",
      error: { message: expect.stringMatching(/ValueError: this model always fails ü/) },
    });
  });

  it.each([
    ["HTTP", {}],
    ["gRPC", { protocol: "grpc" }],
  ])(
    "asks for the model's name where the server lists none, as pytriton's may not, and refuses a wrong one, by %s",
    async (_, options) => {
      const module = await backends.triton();
      const path = "protocol" in options ? grpc : http;
      await expect(module.create({ path, options }, signal)).rejects.toThrow(/lists no model.*: which one\?/);
      await expect(open("nothing", options)).rejects.toThrow(/model "nothing"/);
    },
  );

  it("is evaluated by `evalh run --backend triton --base-url`", async () => {
    await using project = await makeProject({ rows: 10 });
    const { code, stdout, stderr } = await project.run(
      "run",
      "suite.yaml",
      "--backend=triton",
      `--base-url=${grpc}`,
      "--model=shout",
      "--task=continue",
      "--option=protocol=grpc",
      "--concurrency=4",
      "--json",
      "--no-report",
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({
      checkpoints: [{ id: "served/shout", scores: { "continue/rougeL": { n: 10, failed: 0 } } }],
    });
  });
});

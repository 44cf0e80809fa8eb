import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { backends } from "../../src/backend/index.ts";
import type { Backend, GenerateOptions } from "../../src/core/backend.ts";
import { makeProject, type Project } from "../cli/project.ts";
import { collect, done } from "../fixtures/models/tiny-lm.ts";
import { pythonOf } from "./environment.ts";
import { startService, type Service } from "./service.ts";
import { storedAnswers } from "./stored.ts";
import { makeLlamaProject, PICK, ROWS, WRITE, type ExpectedLlama } from "./tiny-llama.ts";

const server = pythonOf("llamacpp");
const python = pythonOf("ml");
const GREEDY: GenerateOptions = { maxTokens: 12, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: true };
const SAMPLED = WRITE.replace("temperature: 0 }", "temperature: 1 }\n    repeats: 3");
const suite = (tasks: string): string => `suite: served
version: 1
tasks:
${tasks}models:
  - { model: tiny, backend: transformers, checkpoints: pytorch/ }
`;

describe.skipIf(server === null || python === null)("a real llama.cpp server", () => {
  let project: Project;
  let expected: ExpectedLlama;
  let service: Service;
  beforeAll(async () => {
    ({ project, expected } = await makeLlamaProject(python ?? "", { suite: suite(WRITE) }));
    const program = join(import.meta.dirname, "../fixtures/servers/llama_cpp_service.py");
    const args = (port: number): readonly string[] => [program, join(project.folder, "f32.gguf"), String(port)];
    service = await startService(server ?? "", { args, ready: "/health" });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  const open = async (options: Record<string, unknown> = {}): Promise<Backend> =>
    (await backends.openai()).create(
      { path: `${service.url}/v1`, options: { api: "completions", ...options } },
      new AbortController().signal,
    );
  const served = (...more: readonly string[]): readonly string[] => {
    const flags = ["--backend", "openai", "--base-url", `${service.url}/v1`, "--option", "api=completions"];
    return [...flags, "--no-report", "--no-cache", ...more];
  };
  const sampledProject = async (): Promise<Project> => {
    const options = "options: { api: completions, body: { cache_prompt: false } }";
    const model = `  - { model: served, backend: openai, url: "${service.url}/v1", ${options} }\n`;
    const other = await makeProject({ suite: suite(SAMPLED).replace(/^ {2}- \{ model: tiny.*\n/mu, model) });
    await other.write("data.jsonl", readFileSync(join(project.folder, "data.jsonl"), "utf8"));
    return other;
  };
  const prompts = (): readonly (readonly [string, string])[] =>
    ["sky", "rose", "leaf"].map((name) => [`${name}-0`, `the colour of the ${name} is`]);

  it("is recognised, and says what it has", async () => {
    await using backend = await open();
    expect(backend.version).toMatch(/completions tiny at .*\(llama\.cpp /u);
    expect(backend.facts).toEqual(
      expect.arrayContaining([
        ["models", "tiny"],
        ["requests at a time", "4"],
        ["context window", "128 tokens"],
      ]),
    );
    expect(backend.capabilities.loglikelihood).toBe(false);
  });

  it("writes what transformers writes, in a run of the command line", async () => {
    const { code, stderr } = await project.run("run", "suite.yaml", ...served());
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const answers = storedAnswers(project.folder);
    expect(Object.fromEntries(answers.map(({ id, output }) => [id, output]))).toEqual(expected.texts);
    expect(answers).toHaveLength(ROWS);
  });

  it.each([{ stream: false }, { stream: true }])("gives the log-probabilities of transformers: %o", async (options) => {
    await using backend = await open(options);
    const requests = prompts().map(([, prompt], index) => ({ index, prompt, seed: 1 }));
    const found = await collect(backend.generate(requests, GREEDY, new AbortController().signal));
    for (const [index, [id]] of prompts().entries()) {
      const { text, logprobs = [], timings } = done(found.get(index));
      expect(text).toBe(expected.texts[id]);
      const wanted = expected.logprobs[id] ?? [];
      expect(logprobs.length).toBeGreaterThanOrEqual(wanted.length - 1);
      for (const [at, value] of logprobs.entries()) expect(Math.abs(value - (wanted[at] ?? NaN))).toBeLessThan(0.02);
      expect(timings?.firstTokenMs === undefined).toBe(!options.stream);
    }
  });

  it("samples from all tokens unless the suite says otherwise, whatever its own defaults are", async () => {
    await using backend = await open();
    const warm = { ...GREEDY, temperature: 1 };
    const asked = async (options: GenerateOptions): Promise<unknown> => {
      await collect(backend.generate([{ index: 0, prompt: "a", seed: 1 }], options, new AbortController().signal));
      const slots = (await (await fetch(`${service.url}/slots`)).json()) as readonly { readonly params?: unknown }[];
      return slots.map(({ params }) => params).filter((params) => params !== undefined);
    };
    expect(await asked(warm)).toContainEqual(expect.objectContaining({ top_k: 0, top_p: 1, min_p: 0, temperature: 1 }));
    const said = { ...warm, topK: 7 };
    expect(await asked(said)).toContainEqual(expect.objectContaining({ top_k: 7, top_p: 1, min_p: 0 }));
  });

  it("is asked for a sample's repeats in one request", async () => {
    await using backend = await open({ n: true });
    const requests = [0, 1, 2].map((index) => ({ index, prompt: "nobody", seed: 7 }));
    const warm = { ...GREEDY, temperature: 3 };
    const found = await collect(backend.generate(requests, warm, new AbortController().signal));
    expect(new Set([0, 1, 2].map((index) => done(found.get(index)).text)).size).toBe(3);
  });

  it("draws the same again, one request at a time and without its cache of prompts", async () => {
    const drawn: string[][] = [];
    for (let again = 0; again < 2; again++) {
      await using other = await sampledProject();
      const { code, stderr } = await other.run("run", "suite.yaml", "--no-report", "--no-cache", "--concurrency", "1");
      expect({ code, stderr }).toMatchObject({ code: 0 });
      drawn.push(storedAnswers(other.folder).map(({ output }) => output));
    }
    expect(drawn[0]).toEqual(drawn[1]);
    expect(new Set(drawn[0]).size).toBeGreaterThan(6);
  });

  it("that is asked for log-probabilities of given texts says that it has none, and what has", async () => {
    await project.write("pick.yaml", suite(PICK));
    const { code, stderr } = await project.run("run", "pick.yaml", ...served());
    expect(code).toBe(3);
    expect(stderr).toMatch(/llama\.cpp .*gives no log-probabilities of a given text/u);
    expect(stderr).toContain("scoring: generate");
  });

  it("is measured by bench", async () => {
    const load = ["--suite", "suite.yaml", "--requests", "8", "--concurrency", "1,2", "--repeats", "1"];
    const { code, stdout, stderr } = await project.run("bench", `${service.url}/v1`, ...load, "--json");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { stages } = JSON.parse(stdout) as { stages: readonly { requests: { completed: number; failed: number } }[] };
    expect(stages.map(({ requests }) => requests)).toMatchObject([
      { completed: 8, failed: 0 },
      { completed: 8, failed: 0 },
    ]);
  });
});

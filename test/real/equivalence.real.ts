import { execFileSync } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { makeProject, type Project } from "../cli/project.ts";
import { optionalPackages, pythonOf } from "./environment.ts";
import { storedAnswers } from "./stored.ts";
import { makeLlamaProject, PICK, ROWS, WRITE, type ExpectedLlama } from "./tiny-llama.ts";
import { makeZoo } from "./zoo.ts";

const python = pythonOf("ml");
const packages = optionalPackages();
/** One model under PyTorch and its exports, each compared with the checkpoint that it was made from. */
const suiteOf = (name: string, variants: readonly string[]): string => `suite: ${name}
version: 1
tasks:
${WRITE}${PICK}models:
  - model: tiny
    backend: transformers
    options: { device: cpu }
    checkpoints: series/
    variants:
${variants.map((variant) => `      - { ${variant} }\n`).join("")}`;
const SUITE = suiteOf("exports", [
  "path: exports/honest, parent: checkpoint-1, backend: onnx, label: onnx",
  "path: exports/lying, parent: checkpoint-2, backend: onnx, label: onnx",
]);
const FORMATS_SUITE = suiteOf("formats", [
  "path: onnx-fp32, parent: checkpoint-1, backend: onnx",
  "path: onnx-int8, parent: checkpoint-1, backend: onnx",
  "path: f32.gguf, parent: checkpoint-1, backend: llama",
  "path: q8_0.gguf, parent: checkpoint-1, backend: llama",
  "path: q4_0.gguf, parent: checkpoint-1, backend: llama",
]);

/** Other weights than those that were exported. */
const CHANGE = `
import sys, torch
from transformers import AutoModelForSeq2SeqLM
model = AutoModelForSeq2SeqLM.from_pretrained(sys.argv[1])
torch.manual_seed(99)
with torch.no_grad():
    for weight in model.parameters(): weight.copy_(weight[torch.randperm(len(weight))])
model.save_pretrained(sys.argv[1])
`;

interface Agreement {
  readonly same_percent: { readonly value: number; readonly n: number };
  readonly kl_divergence: { readonly value: number } | null;
  readonly unrelated: boolean;
  readonly speed: { readonly ratio: number };
}

describe.skipIf(python === null)("one checkpoint under PyTorch and under ONNX Runtime", () => {
  let project: Project;
  let zoo = "";
  beforeAll(async () => {
    ({ folder: zoo } = await makeZoo(python ?? ""));
    project = await makeProject({ suite: SUITE, rows: 24 });
    const words = ["the sky is", "a good film", "what colour", "why is the sea", "no one", "two of three"];
    const rows = Array.from({ length: 24 }, (_, i) => ({
      id: `q${i}`,
      text: `${words[i % 6]} ${words[Math.floor(i / 6) + 1]} ${i}`,
      answer: "blue",
      pick: "blue",
    }));
    await project.write("data.jsonl", rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await rm(join(project.folder, "checkpoints"), { recursive: true });
    for (const step of [1, 2]) {
      await cp(join(zoo, "seq2seq"), join(project.folder, `series/checkpoint-${step}`), { recursive: true });
    }
    const changed = join(project.folder, "series/checkpoint-2");
    execFileSync(python ?? "", ["-c", CHANGE, changed], { stdio: ["ignore", "ignore", "pipe"] });
    // Made by make_tiny_exports.py of the model that make_tiny_zoo.py has just made again.
    const exported = join(import.meta.dirname, "../fixtures/models/tiny-seq2seq");
    for (const name of ["honest", "lying"]) {
      await cp(exported, join(project.folder, "exports", name), { recursive: true });
    }
    process.env["EVALH_PYTHON"] = python ?? "";
  });
  afterAll(async () => {
    delete process.env["EVALH_PYTHON"];
    await rm(zoo, { recursive: true, force: true });
    await project[Symbol.asyncDispose]();
  });

  it("answers the same, is measured on both, and an export of other weights is found out", async () => {
    const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--json");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { equivalence } = JSON.parse(stdout) as {
      equivalence: { checkpoint: string; backends: Record<string, string>; tasks: Agreement[] }[];
    };
    const honest = equivalence.find(({ checkpoint }) => checkpoint === "tiny/honest");
    const lying = equivalence.find(({ checkpoint }) => checkpoint === "tiny/lying");
    expect(honest?.backends).toEqual({
      base: expect.stringMatching(/^transformers: transformers 5/),
      checkpoint: expect.stringMatching(/^onnx: onnxruntime-node/),
    });
    for (const { same_percent: same, unrelated, speed } of honest?.tasks ?? []) {
      expect(same).toMatchObject({ value: 100, n: 24 });
      expect(unrelated).toBe(false);
      expect(speed.ratio).toBeGreaterThan(0);
    }
    expect(honest?.tasks).toHaveLength(2);
    expect(honest?.tasks[1]?.kl_divergence?.value).toBeLessThan(1e-6);
    expect(lying?.tasks[0]?.same_percent.value).toBeLessThan(50);
    expect(lying?.tasks[1]?.kl_divergence?.value).toBeGreaterThan(0.05);
    expect(lying?.tasks.some(({ unrelated }) => unrelated)).toBe(true);
    const shown = await project.run("compare");
    expect(shown.stdout).toContain("write: same texts");
    expect(shown.stdout).toMatch(/lying and checkpoint-2 answer as unrelated models do/);
  });
});

describe.skipIf(python === null || packages === null)("one model under PyTorch, ONNX Runtime and llama.cpp", () => {
  let project: Project;
  let expected: ExpectedLlama;
  beforeAll(async () => {
    const env = { EVALH_PYTHON: python ?? "", NODE_PATH: packages ?? "" };
    ({ project, expected } = await makeLlamaProject(python ?? "", { suite: FORMATS_SUITE, env }));
    await cp(join(project.folder, "pytorch"), join(project.folder, "series/checkpoint-1"), { recursive: true });
  });
  afterAll(() => project[Symbol.asyncDispose]());

  it("answers the same in full precision, and each quantisation's price is in one table", async () => {
    const { code, stdout, stderr } = await project.run("run", "suite.yaml", "--json");
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { equivalence } = JSON.parse(stdout) as {
      equivalence: { checkpoint: string; tasks: readonly [Agreement, Agreement] }[];
    };
    const of = (name: string): readonly [Agreement, Agreement] => {
      const found = equivalence.find(({ checkpoint }) => checkpoint === `tiny/${name}`);
      if (found === undefined) throw new Error(`no ${name}`);
      return found.tasks;
    };
    for (const name of ["onnx-fp32", "onnx-int8", "f32.gguf", "q8_0.gguf", "q4_0.gguf"]) {
      for (const { same_percent: same, unrelated, speed } of of(name)) {
        expect(same.n).toBe(ROWS);
        expect(unrelated, name).toBe(false);
        expect(speed.ratio).toBeGreaterThan(0);
      }
    }
    const divergence = (name: string): number => of(name)[1].kl_divergence?.value ?? NaN;
    for (const name of ["onnx-fp32", "f32.gguf"]) {
      expect(of(name).map(({ same_percent: same }) => same.value)).toEqual([100, 100]);
      expect(divergence(name)).toBeLessThan(1e-5);
    }
    // Four bits cost more than eight, which cost more than none.
    expect(divergence("q8_0.gguf")).toBeGreaterThan(divergence("f32.gguf"));
    expect(divergence("q4_0.gguf")).toBeGreaterThan(5 * divergence("q8_0.gguf"));
    expect(divergence("onnx-int8")).toBeGreaterThan(10 * divergence("onnx-fp32"));

    const shown = await project.run("compare");
    for (const name of ["onnx-fp32", "onnx-int8", "f32.gguf", "q8_0.gguf", "q4_0.gguf"]) {
      const lines = shown.stdout.split("\n").filter((line) => line.includes(`└ ${name}`));
      // Size and scores; agreement and speed; how far apart.
      expect(lines.length, name).toBe(3);
    }
    expect(shown.stdout).toMatch(/pick: apart \(nats\)/);
  });

  it.each([
    ["checkpoint-1", 1e-4],
    ["onnx-fp32", 1e-4],
    // Keys and values are kept in 16 bits.
    ["f32.gguf", 0.02],
  ])("gives the texts and log-probabilities that transformers gives by itself: %s", (name, tolerance) => {
    const answers = storedAnswers(project.folder, name);
    expect(answers).toHaveLength(2 * ROWS);
    for (const { task, id, output, choices } of answers) {
      if (task === "write") expect(output, id).toBe(expected.texts[id]);
      for (const [at, [value]] of (choices ?? []).entries()) {
        expect(Math.abs(value - (expected.choices[id]?.[at] ?? NaN)), id).toBeLessThan(tolerance);
      }
    }
    expect(answers.filter(({ choices }) => choices?.length === 3)).toHaveLength(ROWS);
  });
});

import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { judges } from "../../judges/index.ts";
import { backends } from "../../src/backend/index.ts";
import { perturbations } from "../../src/perturb/index.ts";
import type { Catalog } from "../../src/suite/catalog.ts";
import { SuiteInvalid } from "../../src/suite/diagnostics.ts";
import { loadSuite } from "../../src/suite/load.ts";
import { scratch } from "../dataset/scratch.ts";

const fixtures = fileURLToPath(new URL("../fixtures/suites", import.meta.url));
const { accuracy, exact_match, f1, rouge } = judges;
const { onnx, openai } = backends;
const { typos } = perturbations;
/** A fixed choice of what ships, so that messages that list names stay as they are. */
const catalog: Catalog = {
  judges: { accuracy, exact_match, f1, rouge },
  backends: { onnx, openai },
  perturbations: { typos },
};

const complete = join(fixtures, "complete");

describe("loading a suite", () => {
  it("gives every key of a complete suite with absolute paths", async () => {
    const file = join(complete, "suite.yaml");
    const suite = await loadSuite(file);
    const at = (line: number, column: number) => ({ file: relative(process.cwd(), file), line, column });
    expect(suite).toMatchObject({
      name: "opposites",
      version: 2,
      description: "Words and their opposites.",
      file,
      folder: complete,
      text: readFileSync(file, "utf8"),
      seed: 7,
      alpha: 0.01,
      training: { log: join(complete, "training") },
      judgeModels: [{ name: "grader", backend: "openai", url: "https://example.org/v1", checkpoints: [] }],
      ship: { metric: "write/lenient" },
      human: {
        sample: 20,
        stratify: ["level"],
        form: "rating",
        tasks: ["write"],
        repeat: 0,
        atLeast: 5,
        preferDisagreement: false,
        gold: null,
        guidelines: null,
      },
    });
    expect(suite.tasks[0]).toEqual({
      name: "write",
      description: "The opposite in one word.",
      kind: "generate",
      dataset: {
        path: join(complete, "data/test.jsonl"),
        format: "jsonl",
        id: "id",
        limit: 100,
        sample: { n: 50, seed: 7 },
        where: { level: ["easy", "hard"] },
        validation: join(complete, "data/validation.jsonl"),
      },
      prompt: { text: "{{ word }} ->", place: at(17, 13) },
      references: [{ text: "{{ opposite }}", place: at(18, 17) }],
      choices: null,
      choiceList: null,
      scoring: "logprob",
      targetDelimiter: " ",
      fewShot: {
        count: 2,
        dataset: { path: join(complete, "data/train.jsonl") },
        seed: 3,
        separator: "\n",
        description: "",
      },
      generate: { maxTokens: 8, temperature: 0.5, topP: 0.9, topK: 40, stop: ["\n"], logprobs: true },
      repeats: 3,
      judges: [
        { module: "rouge", name: "rouge", options: {} },
        { module: "exact_match", name: "exact_match", options: {} },
        { module: "exact_match", name: "lenient", options: { ignore_case: true } },
      ],
      slices: ["kind", "level"],
      perturb: [],
    });
    expect(suite.tasks[1]).toMatchObject({
      kind: "choice",
      references: [{ text: "{{ kind }}", place: at(28, 18) }],
      choices: ["noun", "adjective"],
      scoring: "generate",
      targetDelimiter: ": ",
      fewShot: null,
      generate: { maxTokens: 256, temperature: 0, topP: 1, topK: 0, stop: [], logprobs: false },
      repeats: 1,
      slices: [],
    });
    expect(suite.models).toEqual([
      {
        name: "tiny",
        backend: "onnx",
        checkpoints: [{ kind: "folder", path: join(complete, "checkpoints"), place: at(36, 18) }],
        variants: [
          {
            path: join(complete, "int8"),
            name: "tiny-int8",
            parent: "checkpoint-20",
            label: "int8",
            runner: null,
            place: at(38, 9),
          },
        ],
        folder: complete,
        base: null,
        url: null,
        modelName: null,
        options: { threads: 1 },
      },
      {
        name: "listed",
        backend: "onnx",
        checkpoints: [
          { kind: "folder", path: join(complete, "checkpoints/checkpoint-10"), place: at(42, 19) },
          {
            kind: "checkpoint",
            path: join(complete, "checkpoints/checkpoint-20"),
            name: "last",
            step: 20,
            epoch: 2.5,
            place: at(42, 46),
          },
        ],
        variants: [],
        folder: complete,
        base: null,
        url: null,
        modelName: null,
        options: {},
      },
      {
        name: "served",
        backend: "openai",
        checkpoints: [],
        variants: [],
        folder: complete,
        base: null,
        url: "http://127.0.0.1:8000/v1",
        modelName: "opposites-7b",
        options: {},
      },
    ]);
    expect(suite.gates).toEqual([
      {
        metric: "write/rougeL",
        mode: "regression",
        maxDrop: 1.5,
        min: null,
        max: null,
        severity: "error",
        minN: 30,
        alpha: 0.1,
        slice: { field: "level", value: "hard" },
        place: at(53, 5),
      },
      expect.objectContaining({ metric: "kind/accuracy", mode: "noninferior", maxDrop: 2, alpha: 0.01, slice: null }),
      expect.objectContaining({ mode: "threshold", min: 20, max: 90, severity: "warn" }),
      expect.objectContaining({ metric: "write/failure_rate", max: 0.02 }),
      expect.objectContaining({ metric: "overfit", mode: "threshold", minN: 1 }),
    ]);
  });

  it("reads JSON with the same eyes", async () => {
    const folder = scratch({
      "data.jsonl": '{"q": "a"}\n',
      "c/config.json": "{}",
      "suite.json": `{
\t"$schema": "../suite.schema.json", "suite": "s", "version": 1,
\t"tasks": [{"task": "t", "dataset": "data.jsonl", "prompt": "{{ q }}", "references": "x", "judges": ["exact_match"]}],
\t"models": [{"model": "m", "backend": "onnx", "checkpoints": "c"}]
}`,
    });
    const suite = await loadSuite(join(folder, "suite.json"));
    expect(suite.tasks[0]?.prompt).toEqual({
      text: "{{ q }}",
      place: { file: join(folder, "suite.json"), line: 3, column: 61 },
    });
    expect(suite).toMatchObject({
      seed: 42,
      alpha: 0.05,
      description: null,
      gates: [],
      human: null,
      ship: null,
      training: null,
    });
  });

  it("reports all mistakes at once, by line, as a person can use them", async () => {
    const error: unknown = await loadSuite(join(fixtures, "mistakes/suite.yaml"), { catalog }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SuiteInvalid);
    const expected = readFileSync(join(fixtures, "mistakes/expected.txt"), "utf8");
    expect((error as SuiteInvalid).format()).toBe(expected);
    expect(error).toMatchObject({ code: "E_SUITE_INVALID", place: { line: 2 } });
  });

  it.each([
    ["a file that is not there", "missing.yaml", /there is no file/],
    ["a folder", ".", /cannot read/],
    ["bytes that are no text", "latin1.yaml", /UTF-8/],
    ["a file of 6 MB", "large.yaml", /too large/],
  ])("refuses %s", async (_, name, message) => {
    const folder = scratch({ "latin1.yaml": Buffer.from([0x73, 0xe9]), "large.yaml": "#".repeat(6e6) });
    await expect(loadSuite(join(folder, name))).rejects.toMatchObject({
      code: "E_USAGE",
      message: expect.stringMatching(message),
      place: { file: join(folder, name) },
    });
  });
});

describe("the digest of a suite", () => {
  const suiteIn = (folder: string, change: (text: string) => string = (text) => text): Promise<{ digest: string }> => {
    const names = ["data/test.jsonl", "data/validation.jsonl", "data/train.jsonl", "training/trainer_state.json"];
    const configs = [
      "checkpoints/checkpoint-10/config.json",
      "checkpoints/checkpoint-20/config.json",
      "int8/config.json",
    ];
    const files = Object.fromEntries(
      [...names, ...configs].map((name) => [`${folder}/${name}`, readFileSync(join(complete, name), "utf8")]),
    );
    const text = change(readFileSync(join(complete, "suite.yaml"), "utf8"));
    return loadSuite(join(scratch({ ...files, [`${folder}/suite.yaml`]: text }), folder, "suite.yaml"));
  };

  it("is the same on every machine and in every notation", async () => {
    const { digest } = await suiteIn("here");
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect((await suiteIn("there")).digest).toBe(digest);
    expect((await suiteIn("there", (text) => `# a remark\n${text}`)).digest).toBe(digest);
    expect(
      (await suiteIn("there", (text) => text.replace("seed: 7\nalpha: 0.01\n", "alpha: 1e-2\nseed: 0x7\n"))).digest,
    ).toBe(digest);
  });

  it("counts a default as if it were written", async () => {
    const { digest } = await suiteIn("here");
    expect((await suiteIn("here", (text) => text.replace("{{ word }} ->", "{{ word }} =>"))).digest).not.toBe(digest);
    const written = await suiteIn("here", (text) =>
      text.replace("scoring: generate", "scoring: generate\n    repeats: 1"),
    );
    expect(written.digest).toBe(digest);
  });
});

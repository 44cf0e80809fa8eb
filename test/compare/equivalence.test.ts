import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { agreementOf } from "../../src/compare/equivalence.ts";
import type { PackedAnswer } from "../../src/compare/packed-answers.ts";
import { readSpeeds } from "../../src/compare/task-speed.ts";
import { makeProject, type Project } from "../cli/project.ts";

const icd = fileURLToPath(new URL("../../suites/icd-coding/", import.meta.url));

const text = (answer: number, logprobs: readonly number[] | null = null): PackedAnswer => ({
  answer,
  choices: null,
  logprobs: logprobs === null ? null : Float64Array.from(logprobs),
});
const choice = (...probabilities: readonly number[]): PackedAnswer => {
  const choices = Float64Array.from(probabilities, (p) => Math.log(p));
  return { answer: probabilities.indexOf(Math.max(...probabilities)), choices, logprobs: choices };
};

describe("what two lists of answers have in common", () => {
  it("is the share of equal texts, over the samples that both answered", () => {
    const found = agreementOf(
      { task: "t" },
      [text(1), text(2), text(3), undefined],
      [text(1), text(9), undefined, text(4)],
    );
    expect(found).toMatchObject({ unit: "text", same: { value: 50, n: 2 }, chance: null, divergence: null, gap: null });
  });

  it("is the divergence of choices, by Kullback and Leibler, renormalised", () => {
    // Log-probabilities of choices do not add up to 1: all of a sample may be shifted alike.
    const shifted = { ...choice(0.05, 0.05), answer: 0 };
    const { chance, divergence, gap, same } = agreementOf(
      { task: "t" },
      [choice(0.5, 0.5), choice(0.9, 0.1)],
      [choice(0.25, 0.75), shifted],
    );
    const first = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75);
    const second = 0.9 * Math.log(0.9 / 0.5) + 0.1 * Math.log(0.1 / 0.5);
    expect(divergence?.value).toBeCloseTo((first + second) / 2, 12);
    expect(gap?.n).toBe(4);
    expect(gap?.largest).toBeCloseTo(Math.log(0.9 / 0.05), 12);
    expect(same?.value).toBe(50);
    // Answers 0, 0 against 1, 0: by chance 1 × ½.
    expect(chance).toBe(50);
  });

  it("is the gap of log-probabilities where texts are equal, and nothing of where they are not", () => {
    const { gap } = agreementOf(
      { task: "t" },
      [text(1, [-1, -2]), text(2, [-1]), text(3, [NaN])],
      [text(1, [-1.5, -2]), text(7, [-9]), text(3, [-1])],
    );
    expect(gap).toEqual({ mean: 0.25, largest: 0.5, n: 2 });
  });

  it("may be no more than chance, which says that one was not made from the other", () => {
    const many = (answer: (i: number) => PackedAnswer): PackedAnswer[] =>
      Array.from({ length: 60 }, (_, i) => answer(i));
    const pick = (at: number): PackedAnswer => choice(...[0, 1, 2].map((i) => (i === at ? 0.8 : 0.1)));
    const base = many((i) => pick(i % 3));
    const other = many((i) => pick(Math.floor(i / 3) % 3));
    expect(agreementOf({ task: "t" }, base, other)).toMatchObject({ unrelated: true });
    expect(agreementOf({ task: "t" }, base, base)).toMatchObject({ unrelated: false, same: { value: 100 } });
    const few = base.slice(0, 6);
    expect(agreementOf({ task: "t" }, few, other.slice(0, 6)).unrelated).toBe(false);
    // Two that always say the same agree as chance would have it, which shows nothing.
    const constant = many(() => pick(0));
    expect(agreementOf({ task: "t" }, constant, constant).unrelated).toBe(false);
    expect(
      agreementOf(
        { task: "t" },
        many(text),
        many((i) => text(i + 100)),
      ).unrelated,
    ).toBe(true);
  });
});

describe("the speed of a task", () => {
  it("is added up over the times a run was continued, without what the cache answered", async () => {
    const folder = await mkdtemp(join(tmpdir(), "evalh-speed-"));
    const event = {
      type: "task-finished",
      checkpoint: "m/a",
      task: "t",
      split: "test",
      samples: 10,
      known: 0,
      tokens: 5,
    };
    const lines = [
      { ...event, seconds: 2 },
      { ...event, seconds: 0.1, known: 10 },
      { ...event, seconds: 3, tokens: 7 },
      { ...event, split: "validation", seconds: 1 },
      { ...event, seconds: "long" },
      { type: "run-ended" },
    ];
    await writeFile(join(folder, "events.jsonl"), `${lines.map((each) => JSON.stringify(each)).join("\n")}\n{"torn`);
    const speeds = await readSpeeds(folder);
    expect(speeds.get("m/a")?.get("t")).toEqual({ samples: 20, seconds: 5, tokens: 12 });
    expect(speeds.get("m/a")?.get("t@validation")).toEqual({ samples: 10, seconds: 1, tokens: 5 });
    await rm(folder, { recursive: true });
  });
});

describe("exports of one checkpoint", () => {
  let project: Project;
  beforeEach(async () => {
    const suite = `suite: exports
version: 1
tasks:
  - task: title
    dataset: { path: data/test.jsonl, id: id, limit: 24 }
    prompt: "term: {{ term }}\\ntitle:"
    references: "{{ title }}"
    generate: { max_tokens: 12, temperature: 0, stop: ["\\n"], logprobs: true }
    judges: [exact_match]
  - task: colour
    kind: choice
    dataset: { path: data/test.jsonl, id: id, limit: 24 }
    prompt: "term: {{ term }}\\nchapter:"
    references: "Neoplasm"
    choices: [Neoplasm, Circulatory, Digestive, Injury]
    judges: [accuracy]
models:
  - model: tiny
    backend: onnx
    checkpoints: series/
    variants:
      - { path: exports/honest, parent: checkpoint-940 }
      - { path: exports/lying, parent: checkpoint-940 }
`;
    project = await makeProject({ suite });
    const { folder } = project;
    await rm(join(folder, "checkpoints"), { recursive: true });
    await symlink(join(icd, "data"), join(folder, "data"));
    const copies = [
      ["checkpoints/checkpoint-940", "series/checkpoint-940"],
      ["variants/fp32-940", "exports/honest"],
      ["checkpoints/checkpoint-0", "exports/lying"],
    ] as const;
    for (const [from, to] of copies) {
      await cp(join(icd, from), join(folder, to), { recursive: true });
      for (const name of ["tokenizer.json", "tokenizer_config.json"]) {
        await cp(join(icd, "checkpoints", name), join(folder, to, name));
      }
    }
  });
  afterEach(() => project[Symbol.asyncDispose]());

  it("are held against it in one table, where a lying one is found", async () => {
    const run = await project.run("run", "suite.yaml", "--allow-outside");
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/title: same texts/);
    expect(run.stdout).toMatch(/lying and checkpoint-940 answer as unrelated models do in (?:title|colour)/);
    expect(run.stdout).not.toMatch(/honest and checkpoint-940 answer as unrelated/);
    const { stdout } = await project.run("compare", "--json");
    const { equivalence } = JSON.parse(stdout) as {
      equivalence: { checkpoint: string; tasks: { kl_divergence: { value: number } | null }[] }[];
    };
    const [lying, honest] = equivalence;
    expect([honest?.checkpoint, lying?.checkpoint]).toEqual(["tiny/honest", "tiny/lying"]);
    const speed = { base: { samples: 24, tokens: expect.any(Number) }, ratio: expect.any(Number) };
    expect(honest?.tasks).toMatchObject([
      { task: "title", unit: "text", unrelated: false, speed },
      { task: "colour", unit: "choice", unrelated: false },
    ]);
    const divergences = equivalence.map(({ tasks }) => tasks[1]?.kl_divergence?.value ?? NaN);
    expect(divergences[0]).toBeGreaterThan(0.5);
    expect(divergences[1]).toBeLessThan(0.05);
    expect(lying?.tasks).toMatchObject([{ unrelated: true, same_percent: { value: 0 } }, {}]);
  });

  it("are held against it over two runs as well", async () => {
    await project.run("run", "suite.yaml", "--allow-outside", "--checkpoint", "checkpoint-940", "--no-cache");
    await project.run(
      "run",
      "suite.yaml",
      "--allow-outside",
      "--checkpoint",
      "checkpoint-940",
      "--no-cache",
      "--option",
      "batch_size=1",
    );
    const [first = "", second = ""] =
      (await project.run("runs", "--json")).stdout.match(/exports-[\d-]+-[0-9a-f]+/g) ?? [];
    const { stdout } = await project.run("compare", first, second, "--json");
    const { equivalence } = JSON.parse(stdout) as { equivalence: readonly object[] };
    expect(equivalence).toMatchObject([{ tasks: [{ task: "title", same_percent: { n: 24 } }, { unrelated: false }] }]);
    const shown = await project.run("compare", first, second);
    expect(shown.stdout).toContain("Do they answer alike");
  });
});

import { readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";

import { openReplyCache } from "../../src/run/reply-cache.ts";
import { makeProject, SUITE, type Project } from "../cli/project.ts";
import { fakeNvidiaSmi } from "../gpu/fake-nvidia-smi.ts";

const folder = fileURLToPath(new URL("../../docs/schema/", import.meta.url));

async function schemaOf(name: string): Promise<ValidateFunction> {
  const schema = JSON.parse(await readFile(join(folder, `${name}.schema.json`), "utf8")) as object;
  const isDate = (text: string): boolean => Number.isFinite(Date.parse(text));
  return new Ajv2020({ strict: true, allowUnionTypes: true, formats: { "date-time": isDate } }).compile(schema);
}

/** Every file of a real run and its baseline, by schema: gates, a failed sample, a training log, two splits. */
const kinds = [
  "baseline",
  "cached-answer",
  "event",
  "gpu",
  "human-answer",
  "human-key",
  "human-sheet",
  "index-items",
  "index-samples",
  "item",
  "reply",
  "run",
  "sample",
  "scores",
  "training",
] as const;
const written: Record<string, unknown[]> = Object.fromEntries(kinds.map((kind) => [kind, []]));

beforeAll(async () => {
  const suite = SUITE.replace(
    "dataset: { path: data.jsonl, id: id }",
    "dataset: { path: data.jsonl, id: id, validation: data.jsonl }",
  )
    .replace("slices: [kind]", "slices: [kind]\n    perturb: [typos, { keyboard: {}, repeats: 2 }]")
    .concat("training: { log: losses.csv }\n")
    .concat(
      "gates:\n  - { metric: pick/accuracy, max_drop: 5 }\n  - { metric: overfit, mode: threshold, severity: warn }\n",
    )
    .concat("  - { metric: continue/rougeL, mode: threshold, min: 0, slice: kind=odd }\n")
    .concat("  - { metric: continue/exact_match, perturbation: typos, max_drop: 10 }\n");
  await using tool = await fakeNvidiaSmi('while true; do echo "$LINE"; sleep 0.2; done');
  const PATH = `${tool.folder}${delimiter}${process.env["PATH"] ?? ""}`;
  await using project = await makeProject({ suite, env: { PATH } });
  const losses = [3, 2.2, 1.9, 2.1, 2.4, 2.9, 3.3].map((loss, i) => `${i * 10},${3 - i * 0.45},${loss}`);
  await project.write("losses.csv", ["step,train_loss,val_loss", ...losses].join("\n"));
  await project.run("run", "suite.yaml", "--quiet", "--no-report");
  await project.run("baseline", "update", "--accept", "the first");
  const [run = ""] = await readdir(join(project.folder, ".evalh", "runs"));
  await project.run("gate", run);
  await project.run("compare", run);
  const at = (...path: string[]): string => join(project.folder, ".evalh", "runs", run, ...path);
  const linesOf = async (kind: string): Promise<unknown[]> => {
    const texts = await Promise.all((await readdir(at(kind))).map((name) => readFile(at(kind, name), "utf8")));
    return texts.flatMap((text) => text.trimEnd().split("\n")).map((line) => JSON.parse(line) as unknown);
  };
  written["run"] = [JSON.parse(await readFile(at("run.json"), "utf8"))];
  written["scores"] = [JSON.parse(await readFile(at("scores.json"), "utf8"))];
  written["baseline"] = [JSON.parse(await readFile(join(project.folder, "evalh.baseline.json"), "utf8"))];
  written["item"] = await linesOf("items");
  written["sample"] = await linesOf("samples");
  written["index-items"] = await linesOf("index/items");
  written["index-samples"] = await linesOf("index/samples");
  for (const [kind, name] of [
    ["event", "events.jsonl"],
    ["training", "training.jsonl"],
    ["gpu", "gpu.jsonl"],
  ] as const) {
    written[kind] = parsed(await readFile(at(name), "utf8"));
  }
  await writePeople(project, at("human"));
  await writeCaches(project);
});

function parsed(text: string): unknown[] {
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as unknown);
}

async function writePeople(project: Project, folder: string): Promise<void> {
  await project.run("human", "export", "--form", "correct", "--checkpoint", "20", "-n", "4");
  const names = await readdir(folder);
  const named = (end: string): string => names.find((name) => name.endsWith(end)) ?? "";
  const sheet = JSON.parse(await readFile(join(folder, named(".sheet.json")), "utf8")) as { items: { id: string }[] };
  const answers = sheet.items.map(({ id }) => ({ id, rater: "ann", value: "yes", note: "fine", seconds: 2.5 }));
  await project.write("answers.jsonl", answers.map((answer) => `${JSON.stringify(answer)}\n`).join(""));
  await project.run("human", "import", "answers.jsonl");
  written["human-sheet"] = [sheet];
  written["human-key"] = [JSON.parse(await readFile(join(folder, named(".key.json")), "utf8"))];
  const stored = (await readdir(folder)).find((name) => name.endsWith(".answers.jsonl")) ?? "";
  written["human-answer"] = parsed(await readFile(join(folder, stored), "utf8"));
}

async function writeCaches({ folder }: Project): Promise<void> {
  const cache = join(folder, ".evalh", "cache");
  const files = (await readdir(cache, { recursive: true })).filter((name) => name.endsWith(".jsonl"));
  const texts = await Promise.all(files.map((name) => readFile(join(cache, name), "utf8")));
  written["cached-answer"] = texts.flatMap(parsed);
  const path = join(folder, "judge-cache.jsonl");
  {
    await using replies = await openReplyCache(path);
    await replies.put("key", { text: '{"score":4}', finish: "stop", tokens: { prompt: 3, completion: 2 } });
  }
  written["reply"] = parsed(await readFile(path, "utf8"));
}

describe("the schemas of what evalh writes", () => {
  it("are as many as the table names", async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".schema.json"));
    expect(names.map((name) => name.replace(".schema.json", "")).toSorted()).toEqual(Object.keys(written).toSorted());
    const table = await readFile(join(folder, "README.md"), "utf8");
    for (const name of names) expect(table).toContain(`(${name})`);
  });

  it.each(Object.keys(written))("hold for a real %s", async (name) => {
    const validate = await schemaOf(name);
    const values = written[name] ?? [];
    expect(values.length).toBeGreaterThan(0);
    for (const value of values) {
      validate(value);
      expect(validate.errors ?? []).toEqual([]);
    }
  });

  it.each(Object.keys(written))("find what a %s must not be", async (name) => {
    const validate = await schemaOf(name);
    const [value] = written[name] as [Record<string, unknown>];
    const parts = (validate.schema as { readonly properties: Readonly<Record<string, { readonly type?: unknown }>> })
      .properties;
    for (const [key, part] of Object.entries(parts)) {
      // Members that may be any object cannot be wrong as one.
      const wrong = part.type === "object" ? [] : { no: "such thing" };
      if (key in value) expect(validate({ ...value, [key]: wrong }), key).toBe(false);
    }
    expect(validate({})).toBe(false);
  });
});

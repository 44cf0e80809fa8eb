import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, it } from "vitest";

import { makeProject, SUITE } from "../cli/project.ts";

const folder = fileURLToPath(new URL("../../docs/schema/", import.meta.url));

async function schemaOf(name: string): Promise<ValidateFunction> {
  const schema = JSON.parse(await readFile(join(folder, `${name}.schema.json`), "utf8")) as object;
  const isDate = (text: string): boolean => Number.isFinite(Date.parse(text));
  return new Ajv2020({ strict: true, allowUnionTypes: true, formats: { "date-time": isDate } }).compile(schema);
}

/** Every file of a real run and its baseline, by schema: gates, a failed sample, a training log, two splits. */
const written: Record<string, unknown[]> = { run: [], item: [], sample: [], scores: [], baseline: [] };

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
  await using project = await makeProject({ suite });
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
});

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

import { copyFile, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { buildComparison } from "../../src/compare/compare.ts";
import type { Comparison, SampleView } from "../../src/compare/comparison.ts";
import { compareRuns } from "../../src/compare/run-pair.ts";
import { readRun, type RunData } from "../../src/compare/run-data.ts";
import { sampleSource } from "../../src/compare/sample-source.ts";
import { readResults } from "../../src/run/import/find-results.ts";
import { importRun } from "../../src/run/import/import-run.ts";
import { withZip } from "../../src/run/import/zip-archive.ts";

const fixtures = fileURLToPath(new URL("../fixtures/interop/", import.meta.url));
const scratch = (): Promise<string> => mkdtemp(join(tmpdir(), "evalh-import-"));

async function imported(...paths: string[]): Promise<{ data: RunData; comparison: Comparison }> {
  const results = (await readResults(paths, null)).flatMap((each) => each.results);
  const request = { results, suite: "legs", slices: ["kind"], root: await scratch(), evalh: "0.1.0" };
  const { folder } = await importRun(request);
  const data = await readRun(folder);
  return { data, comparison: await buildComparison(data) };
}

async function viewsOf(data: RunData): Promise<SampleView[]> {
  const views: SampleView[] = [];
  for await (const view of sampleSource(data).samples()) views.push(view);
  return views;
}

const valueOf = ({ cells }: Comparison, key: string): unknown => cells[key]?.[0]?.estimate;

describe("results of lm-evaluation-harness", () => {
  it("become a run with the harness's own scores", async () => {
    const { data, comparison } = await imported(join(fixtures, "lm-eval"));
    expect(data.manifest).toMatchObject({ state: "complete", backends: { "i82qcls7/i82qcls7": "lm_eval 0.4.13" } });
    // What results_….json says: exact_match 0, acc 0.25, acc_norm 0.75.
    expect(valueOf(comparison, "legs/exact_match")).toMatchObject({ value: 0, n: 12 });
    expect(valueOf(comparison, "legs_choice/acc")).toMatchObject({ value: 25, n: 12 });
    expect(valueOf(comparison, "legs_choice/acc_norm")).toMatchObject({ value: 75, n: 12, method: "wilson-95" });
    expect(comparison.slices.map(({ value, n }) => [value, n])).toContainEqual(["odd", 6]);
    const views = await viewsOf(data);
    expect(views[0]).toMatchObject({
      prompt: "How many legs have 1 spiders and 0 hens together?",
      references: ["8"],
      outputs: [{ text: "lol", scores: { exact_match: 0 } }],
    });
    expect(views.at(-1)?.outputs[0]?.finish).toBe("scored");
  });

  it("keep filters and directions apart, and leave out what is no number a sample", async () => {
    const folder = await scratch();
    const json = { results: {}, configs: { sums: {} }, higher_is_better: { sums: { exact_match: true, ppl: false } } };
    await writeFile(join(folder, "results_2026-01-01T00-00-00.0.json"), JSON.stringify(json));
    const line = (doc: number, filter: string, value: number): string =>
      `${JSON.stringify({ doc_id: doc, doc: {}, target: "4", arguments: [["2+2=", {}]], resps: [["4"]], filter, metrics: ["exact_match", "ppl", "bleu"], exact_match: value, ppl: 7.5, bleu: ["4", "4"] })}\n`;
    const text = [0, 1].flatMap((doc) => [line(doc, "none", 1), line(doc, "strict", 0)]).join("");
    await writeFile(join(folder, "samples_sums_2026-01-01T00-00-00.0.jsonl"), text);
    const results = (await readResults([folder], null)).flatMap((each) => each.results);
    expect(results[0]?.warnings).toEqual([
      "sums: bleu is not one number a sample and was left out",
      "sums: bleu_strict is not one number a sample and was left out",
    ]);
    const { comparison } = await imported(folder);
    expect(valueOf(comparison, "sums/exact_match")).toMatchObject({ value: 100, n: 2 });
    expect(valueOf(comparison, "sums/exact_match_strict")).toMatchObject({ value: 0, n: 2 });
    const row = comparison.rows.find(({ key }) => key === "sums/ppl_strict");
    expect(row).toMatchObject({ higherIsBetter: false, unit: "number" });
  });

  it("without samples say how to get them", async () => {
    const folder = await scratch();
    await copyFile(
      join(fixtures, "lm-eval", "results_2026-11-24T13-50-52.928824.json"),
      join(folder, "results_x.json"),
    );
    const [found] = await readResults([folder], null);
    expect(found?.results[0]?.warnings[0]).toBe(
      "task legs has no samples, and only its totals are imported: run lm_eval with --log_samples",
    );
    const { data, comparison } = await imported(folder);
    expect(data.manifest.units).toMatchObject([
      { task: "legs", kind: "total" },
      { task: "legs_choice", kind: "total" },
    ]);
    expect(valueOf(comparison, "legs_choice/acc")).toMatchObject({
      value: 25,
      n: 12,
      method: "wilson-95 (of a total)",
    });
    // The same interval that the twelve samples give.
    const whole = await imported(join(fixtures, "lm-eval"));
    const { lo, hi } = valueOf(whole.comparison, "legs_choice/acc_norm") as {
      readonly lo: number;
      readonly hi: number;
    };
    expect(valueOf(comparison, "legs_choice/acc_norm")).toMatchObject({
      lo: expect.closeTo(lo, 9) as number,
      hi: expect.closeTo(hi, 9) as number,
    });
    await expect(imported(folder, join(fixtures, "lm-eval"))).rejects.toMatchObject({
      code: "E_NOT_COMPARABLE",
      message: 'task "legs" has single answers of one model and totals of another',
    });
  });

  it("of a training run's checkpoints become a series along its steps", async () => {
    const folder = await scratch();
    for (const step of [100, 200]) {
      const own = join(folder, `step-${step}`);
      await mkdir(own);
      for (const name of ["results_2026-11-24T13-50-52.928824.json", "samples_legs_2026-11-24T13-50-52.928824.jsonl"]) {
        const text = await readFile(join(fixtures, "lm-eval", name), "utf8");
        const args = `"model_args": {"pretrained": "out/run1/checkpoint-${step}"}`;
        await writeFile(join(own, name), text.replace('"model_args": {}', args));
      }
    }
    const { data } = await imported(folder);
    expect(data.checkpoints.map(({ id, step }) => [id, step])).toEqual([
      ["run1/checkpoint-100", 100],
      ["run1/checkpoint-200", 200],
    ]);
  });
});

describe("logs of inspect_ai", () => {
  it("become a run with epochs as repeats", async () => {
    const { data, comparison } = await imported(join(fixtures, "inspect", "legs.json"));
    expect(data.manifest.units[0]).toMatchObject({ task: "legs", n: 12, repeats: 2 });
    // What the log's results say: 0.6667 for both scorers over twelve samples.
    expect(valueOf(comparison, "legs/match")).toMatchObject({ value: expect.closeTo(66.6667, 3) as number, n: 12 });
    expect(valueOf(comparison, "legs/includes")).toMatchObject({ value: expect.closeTo(66.6667, 3) as number });
    const views = await viewsOf(data);
    expect(views[0]).toMatchObject({ id: "r0", references: ["8"], outputs: [{ text: "No idea, sorry.", tokens: 15 }] });
  });

  it("are read from archives as well", async () => {
    const { data, comparison } = await imported(join(fixtures, "inspect", "legs.eval"));
    expect(data.manifest.units[0]).toMatchObject({ task: "legs", n: 4, repeats: 1 });
    expect(comparison.cells["legs/match"]?.[0]?.estimate?.n).toBe(4);
  });

  it("that were torn or lie about themselves are refused", async () => {
    const whole = await readFile(join(fixtures, "inspect", "legs.eval"));
    const path = join(await scratch(), "x.eval");
    for (let cut = 0; cut < whole.length; cut += 97) {
      await writeFile(path, whole.subarray(0, cut));
      await expect(readResults([path], null)).rejects.toMatchObject({ code: "E_DATASET" });
    }
    const directory = whole.lastIndexOf("PK\u0001\u0002", undefined, "latin1");
    const huge = Buffer.from(whole);
    huge.writeUInt32LE(0xfffffff0, directory + 24);
    await writeFile(path, huge);
    await withZip(path, async (entries) => {
      await expect(entries.at(-1)?.text()).rejects.toThrow("too large");
    });
  });
});

describe("results of promptfoo", () => {
  it("become a run with a checkpoint a provider", async () => {
    const { data, comparison } = await imported(join(fixtures, "promptfoo", "legs.json"));
    expect(data.checkpoints.map(({ id }) => id)).toEqual(["echo/echo"]);
    expect(valueOf(comparison, "prompt/pass")).toMatchObject({ value: expect.closeTo(66.6667, 3) as number, n: 3 });
    // A named score that only some tests have counts only them.
    expect(valueOf(comparison, "prompt/legs")).toMatchObject({ value: 50, n: 2 });
    expect(valueOf(comparison, "prompt/length")).toMatchObject({ value: 24, n: 1 });
    const views = await viewsOf(data);
    expect(views[2]?.references).toEqual(["How many wings has a hen? two"]);
  });
});

describe("an imported run", () => {
  it("pairs with another import of the same data", async () => {
    const path = join(fixtures, "inspect", "legs.json");
    const [one, two] = [await imported(path), await imported(path)];
    const checkpoint = "mockllm/model/model";
    const { comparison } = await compareRuns({ data: one.data, checkpoint }, { data: two.data, checkpoint });
    expect(comparison.cells["legs/match"]?.[1]?.difference).toMatchObject({ value: 0, n: 12 });
  });

  it("refuses models that were asked different things", async () => {
    const folder = await scratch();
    const text = await readFile(join(fixtures, "inspect", "legs.json"), "utf8");
    await writeFile(join(folder, "a.json"), text);
    await writeFile(join(folder, "b.json"), text.replaceAll("spiders", "beetles").replaceAll("mockllm/model", "other"));
    await expect(imported(folder)).rejects.toMatchObject({ code: "E_NOT_COMPARABLE" });
  });

  it.each(["[]", "{}", '{"results": {"results": {}}}', "nonsense"])("is not made of %s", async (text) => {
    const path = join(await scratch(), "x.json");
    await writeFile(path, text);
    await expect(readResults([path], null)).rejects.toMatchObject({ code: "E_DATASET" });
  });
});

describe("tables of predictions that W&B keeps", () => {
  it("become a run with a checkpoint for each model, paired sample by sample", async () => {
    const { data, comparison } = await imported(join(fixtures, "wandb"));
    expect(data.checkpoints.map(({ id }) => id)).toEqual(["a/a", "b/b"]);
    // Model a is wrong in every third row.
    expect(valueOf(comparison, "legs/exact")).toMatchObject({ value: expect.closeTo((8 / 12) * 100, 9), n: 12 });
    expect(comparison.cells["legs/exact"]?.[1]?.estimate).toMatchObject({ value: 100, n: 12 });
    const [view] = await viewsOf(data);
    expect(view).toMatchObject({
      id: "r0",
      prompt: "How many legs has 0 hens?",
      references: ["0"],
      slices: { kind: "even" },
    });
  });

  it("are refused where no column holds the answers", async () => {
    const file = join(await scratch(), "x.table.json");
    await writeFile(file, JSON.stringify({ columns: ["a", "b"], data: [[1, 2]] }));
    await expect(readResults([file], null)).rejects.toMatchObject({
      code: "E_DATASET",
      message: "the table has no column of answers: a, b",
    });
  });
});

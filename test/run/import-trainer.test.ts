import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { buildComparison } from "../../src/compare/compare.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { readRun, type RunData } from "../../src/compare/run-data.ts";
import { readSpeeds } from "../../src/compare/task-speed.ts";
import { readResults } from "../../src/run/import/find-results.ts";
import type { Imported, ReferenceFile } from "../../src/run/import/imported.ts";
import { importRun } from "../../src/run/import/import-run.ts";

const fixtures = fileURLToPath(new URL("../fixtures/interop/hf-trainer/", import.meta.url));
const scratch = (): Promise<string> => mkdtemp(join(tmpdir(), "evalh-import-"));

async function copyOf(name: string): Promise<string> {
  const folder = join(await scratch(), name);
  await cp(join(fixtures, name), folder, { recursive: true });
  return folder;
}

function referencesIn(folder: string, more: Partial<ReferenceFile> = {}): ReferenceFile {
  return { path: join(folder, "test.jsonl"), referenceColumn: null, inputColumn: null, judges: null, ...more };
}

async function resultsIn(path: string, references: ReferenceFile | null = null): Promise<Imported[]> {
  return (await readResults([path], null, references)).flatMap(({ results }) => results);
}

interface Run {
  readonly data: RunData;
  readonly comparison: Comparison;
}

async function imported(path: string, references: ReferenceFile | null = null): Promise<Run> {
  const results = await resultsIn(path, references);
  const { folder } = await importRun({
    results,
    suite: "boxes",
    slices: ["kind"],
    root: await scratch(),
    evalh: "0.1.0",
  });
  const data = await readRun(folder);
  return { data, comparison: await buildComparison(data) };
}

const estimateOf = ({ data, comparison }: Run, key: string, checkpoint: string): unknown =>
  comparison.cells[key]?.[data.checkpoints.findIndex(({ id }) => id === checkpoint)]?.estimate;

const scoresOf = (file: unknown): Readonly<Record<string, number>> => file as Readonly<Record<string, number>>;

async function saved(name: string, file: string): Promise<Readonly<Record<string, number>>> {
  return scoresOf(JSON.parse(await readFile(join(fixtures, name, file), "utf8")));
}

describe("an output folder of the Hugging Face Trainer", () => {
  it("becomes one run: a checkpoint a step, the last with what was measured at the end", async () => {
    const run = await imported(join(fixtures, "summaries"));
    expect(run.data.manifest).toMatchObject({ state: "complete", trainingFormat: "hf-trainer" });
    expect(run.data.checkpoints.map(({ id, step, epoch }) => [id, step, epoch])).toEqual([
      ["summaries/checkpoint-20", 20, 0.8],
      ["summaries/checkpoint-40", 40, 1.6],
      ["summaries/checkpoint-60", 60, 2.4],
      ["summaries/checkpoint-80", 80, 3.2],
    ]);
    const [evaluated, predicted] = [
      await saved("summaries", "eval_results.json"),
      await saved("summaries", "predict_results.json"),
    ];
    const last = "summaries/checkpoint-80";
    expect(estimateOf(run, "eval/rouge1", last)).toMatchObject({ value: evaluated["eval_rouge1"], n: 40 });
    expect(estimateOf(run, "eval/loss", last)).toMatchObject({
      value: evaluated["eval_loss"],
      method: expect.stringContaining("none") as string,
    });
    expect(estimateOf(run, "eval/exact", last)).toMatchObject({ value: 15, n: 40, method: "wilson-95 (of a total)" });
    expect(estimateOf(run, "predict/rouge1", last)).toMatchObject({ value: predicted["predict_rouge1"], n: 36 });
    expect(estimateOf(run, "predict/rouge1", "summaries/checkpoint-20")).toBeNull();
    expect(estimateOf(run, "eval/rouge1", "summaries/checkpoint-20")).toMatchObject({ value: 66.4583 });
  });

  it("keeps losses as the training log, directions, and how long evaluating took", async () => {
    const { data, comparison } = await imported(join(fixtures, "summaries"));
    expect(data.training.filter(({ evalLoss }) => evalLoss !== undefined).map(({ step }) => step)).toEqual([
      20, 40, 60, 80,
    ]);
    const rows = new Map(comparison.rows.map((row) => [row.key, row]));
    expect(rows.get("eval/loss")).toMatchObject({ higherIsBetter: false, unit: "number" });
    expect(rows.get("eval/rouge1")).toMatchObject({ higherIsBetter: true });
    const speeds = await readSpeeds(data.folder);
    const seconds = (await saved("summaries", "predict_results.json"))["predict_runtime"];
    expect(speeds.get("summaries/checkpoint-80")?.get("predict")).toEqual({ samples: 36, seconds, tokens: 0 });
    // A total is no answer: nothing is learned, forgotten or repeated in it.
    expect(comparison.learning.trajectories).toEqual([]);
  });

  it("chooses by a task's own score and not by the loss, and by no more than the totals tell", async () => {
    const { comparison } = await imported(join(fixtures, "labels"));
    expect(comparison.ship).toMatchObject({ metric: "eval/accuracy" });
    const [first] = comparison.cells["eval/accuracy"] ?? [];
    expect(first?.difference).toMatchObject({ significant: true, test: expect.stringContaining("unpaired") as string });
    expect(comparison.cells["eval/loss"]?.[0]?.difference).toMatchObject({ significant: false, p: 1 });
  });

  it("reads NaN as Python writes it: such a metric is left out and the training has diverged", async () => {
    const results = await resultsIn(join(fixtures, "nan"));
    expect(results.flatMap(({ warnings }) => warnings)).toEqual([
      "eval_loss of step-20 is no finite number and was left out",
      "eval_loss of checkpoint-40 is no finite number and was left out",
      "predict_loss of checkpoint-40 is no finite number and was left out",
      "predict_results_boxes.txt was left out: name the file that was predicted with --references",
    ]);
    const run = await imported(join(fixtures, "nan"));
    expect(estimateOf(run, "eval/accuracy", "nan/checkpoint-40")).toMatchObject({ value: 32.5, n: 40 });
    expect(run.comparison.verdict.kind).toBe("diverged");
    // Its folder was removed, as save_total_limit does.
    expect(run.data.checkpoints[0]).toMatchObject({ id: "nan/step-20", step: 20 });
  });

  it("knows a final model that is none of the steps, as one that was loaded back", async () => {
    const folder = await copyOf("summaries");
    for (const name of ["all_results.json", "eval_results.json"]) {
      const text = await readFile(join(folder, name), "utf8");
      await writeFile(join(folder, name), text.replace(/"eval_loss": [\d.]+/u, '"eval_loss": 0.25'));
    }
    const run = await imported(folder, referencesIn(folder));
    expect(run.data.checkpoints.map(({ id }) => id)).toContain("summaries/final");
    expect(estimateOf(run, "eval/loss", "summaries/final")).toMatchObject({ value: 0.25 });
    expect(estimateOf(run, "predictions/rouge1", "summaries/final")).toMatchObject({ n: 36 });
    expect(estimateOf(run, "predictions/rouge1", "summaries/checkpoint-80")).toBeNull();
  });

  it("needs neither a state nor all of the results", async () => {
    const folder = join(await scratch(), "out");
    await mkdir(folder);
    await writeFile(join(folder, "test_results.json"), '{"test_bleu": 31.5, "test_loss": Infinity, "test_wer": 0.25}');
    const run = await imported(folder);
    expect(run.data.checkpoints).toMatchObject([{ id: "out/final", step: null }]);
    // BLEU is no mean over samples: its error is not known, whatever their number.
    expect(estimateOf(run, "test/bleu", "out/final")).toMatchObject({ value: 31.5, lo: 31.5, hi: 31.5 });
    expect(run.comparison.rows.find(({ key }) => key === "test/wer")).toMatchObject({ higherIsBetter: false });
    expect(run.data.manifest.trainingFormat).toBeNull();
  });

  it("tells the data sets of several evaluations apart, and their sizes from the clock", async () => {
    const folder = join(await scratch(), "out");
    await mkdir(folder);
    const row = (name: string, accuracy: number, seconds: number, rate: number): object => ({
      [`${name}_accuracy`]: accuracy,
      [`${name}_runtime`]: seconds,
      [`${name}_samples_per_second`]: rate,
      step: 10,
      epoch: 1,
    });
    const history = [row("eval", 0.5, 2, 100), row("eval_de", 0.25, 0.0007, 285714.286)];
    await writeFile(join(folder, "trainer_state.json"), JSON.stringify({ global_step: 10, log_history: history }));
    const run = await imported(folder);
    expect(run.data.manifest.units.map(({ task }) => task)).toEqual(["eval", "eval_de"]);
    expect(estimateOf(run, "eval/accuracy", "out/step-10")).toMatchObject({ value: 50, n: 200 });
    // 0.7 ms are too coarse to tell 200 from 214.
    expect(estimateOf(run, "eval_de/accuracy", "out/step-10")).toMatchObject({
      value: 25,
      method: expect.stringContaining("none") as string,
    });
  });

  it("is one run, whichever of its files is named", async () => {
    const [folder, ...files] = [
      "",
      "eval_results.json",
      "checkpoint-40/trainer_state.json",
      "generated_predictions.txt",
    ].map((name) => join(fixtures, "summaries", name));
    const whole = await resultsIn(folder ?? "");
    for (const file of files)
      expect((await resultsIn(file)).map(({ checkpoint }) => checkpoint)).toEqual(
        whole.map(({ checkpoint }) => checkpoint),
      );
    expect(await readResults([files[0] ?? "", folder ?? ""], null)).toHaveLength(1);
  });
});

describe("a Trainer that evaluated nothing", () => {
  it("leaves no results", async () => {
    const folder = join(await scratch(), "out");
    await mkdir(folder);
    await writeFile(join(folder, "trainer_state.json"), '{"global_step": 5, "log_history": [{"loss": 2, "step": 5}]}');
    await expect(resultsIn(folder)).rejects.toMatchObject({
      code: "E_DATASET",
      hint: expect.stringContaining("HF Trainer") as string,
    });
  });
});

describe("predictions of the example scripts", () => {
  const whatTheyMeasured = [
    // The script's ROUGE-1 does not stem, and no word here is changed by stemming.
    ["summaries", "predictions/rouge1", "predict_rouge1", 1],
    ["labels", "predictions/exact_match", "predict_accuracy", 100],
    ["spans", "predictions/exact_match", "predict_exact_match", 1],
  ] as const;

  it.each(whatTheyMeasured)(
    "of %s have, answer by answer, the mean %s that the Trainer gave",
    async (name, key, metric, scale) => {
      const run = await imported(join(fixtures, name), referencesIn(join(fixtures, name)));
      const before = await saved(name, "predict_results.json");
      const last = run.data.checkpoints.at(-1)?.id ?? "";
      expect(estimateOf(run, key, last)).toMatchObject({
        n: 36,
        value: expect.closeTo((before[metric] ?? 0) * scale, 3) as number,
      });
      expect(run.comparison.ship).toMatchObject({ metric: key, checkpoint: last });
      expect(run.comparison.slices.some(({ field, value }) => field === "kind" && value === "cups")).toBe(true);
    },
  );

  it("are judged as the user says, by the columns the user names", async () => {
    const folder = await copyOf("summaries");
    const rows = (await readFile(join(folder, "test.jsonl"), "utf8")).trim().split("\n");
    const nested = rows.map((line) => {
      const row = JSON.parse(line) as { text: string; summary: string };
      return JSON.stringify({ translation: { en: row.text, xx: row.summary } });
    });
    await writeFile(join(folder, "test.jsonl"), nested.join("\n"));
    const columns = { referenceColumn: "translation.xx", inputColumn: "translation.en" };
    const run = await imported(folder, referencesIn(folder, { ...columns, judges: ["chrf"] }));
    expect(run.comparison.rows.map(({ key }) => key)).toContain("predictions/chrf");
    expect(run.comparison.rows.map(({ key }) => key)).not.toContain("predictions/rouge1");
    await expect(resultsIn(folder, referencesIn(folder, { referenceColumn: "translation" }))).rejects.toMatchObject({
      code: "E_DATASET",
      message: 'column "translation" holds several values',
      hint: "name one of translation.en, translation.xx with --reference-column",
    });
    await expect(resultsIn(folder, referencesIn(folder))).rejects.toMatchObject({
      message: "none of its columns is known to hold references",
    });
  });

  it.each([
    ["summaries", 35, 36, "36 predictions, but test.jsonl has 35 rows"],
    ["summaries", 36, 35, "35 predictions, but test.jsonl has 36 rows"],
    ["labels", 36, 35, "35 predictions, but test.jsonl has 36 rows"],
    ["spans", 35, 36, "36 predictions, but test.jsonl has 35 rows"],
  ] as const)("of %s that do not fit %i rows end in one error", async (name, rows, answers, message) => {
    const folder = await copyOf(name);
    const cut = async (file: string, lines: number): Promise<void> => {
      const text = await readFile(join(folder, file), "utf8");
      await writeFile(join(folder, file), text.trimEnd().split("\n").slice(0, lines).join("\n"));
    };
    await cut("test.jsonl", rows);
    if (name === "summaries") await cut("generated_predictions.txt", answers);
    if (name === "labels") await cut("predict_results_boxes.txt", answers + 1);
    const found: unknown = await resultsIn(folder, referencesIn(folder)).catch((error: unknown) => error);
    expect(found).toMatchObject({
      code: "E_DATASET",
      message,
      hint: expect.stringContaining("--references") as string,
    });
    expect(found).toHaveProperty("place.file");
  });

  it("may be of the first rows only, where the Trainer says so", async () => {
    const folder = await copyOf("summaries");
    const lines = (await readFile(join(folder, "generated_predictions.txt"), "utf8")).split("\n").slice(0, 10);
    await writeFile(join(folder, "generated_predictions.txt"), lines.join("\n"));
    for (const name of ["all_results.json", "predict_results.json"]) {
      const text = await readFile(join(folder, name), "utf8");
      await writeFile(join(folder, name), text.replace('"predict_samples": 36', '"predict_samples": 10'));
    }
    const run = await imported(folder, referencesIn(folder));
    expect(estimateOf(run, "predictions/rouge1", "summaries/checkpoint-80")).toMatchObject({ n: 10 });
  });

  it("whose labels never meet the references' are doubted", async () => {
    const folder = await copyOf("labels");
    const text = await readFile(join(folder, "test.jsonl"), "utf8");
    await writeFile(join(folder, "test.jsonl"), text.replaceAll(/"label": (\d)/gu, '"label": "class $1"'));
    const [first] = await resultsIn(folder, referencesIn(folder));
    expect(first?.warnings.join(" ")).toContain("no prediction is among the references of test.jsonl");
  });

  it("go with references, and references with them", async () => {
    const folder = await copyOf("summaries");
    await rm(join(folder, "generated_predictions.txt"));
    await expect(resultsIn(folder, referencesIn(folder))).rejects.toMatchObject({
      code: "E_USAGE",
      message: "--references goes with predictions of a HF Trainer, and none were found",
    });
  });
});

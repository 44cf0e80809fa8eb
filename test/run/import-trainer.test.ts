import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { readSpeeds } from "../../src/compare/task-speed.ts";
import { readResults } from "../../src/run/import/find-results.ts";
import { importRun } from "../../src/run/import/import-run.ts";
import { copyOf, estimateOf, fixtures, imported, referencesIn, resultsIn, saved, scratch } from "./trainer-folder.ts";

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

describe("output folders of trainings on different data", () => {
  it("are told by the sizes of what was evaluated, and by no sample", async () => {
    const folder = join(await scratch(), "other");
    await mkdir(folder);
    await writeFile(join(folder, "eval_results.json"), '{"eval_accuracy": 0.5, "eval_samples": 50}');
    const paths = [join(fixtures, "labels"), folder];
    const results = (await readResults(paths, null)).flatMap((each) => each.results);
    const request = { results, suite: "boxes", slices: [], root: await scratch(), evalh: "0.1.0" };
    await expect(importRun(request)).rejects.toMatchObject({
      code: "E_NOT_COMPARABLE",
      message: 'task "eval" is of different data: The 40 samples of eval. The 50 samples of eval.',
    });
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

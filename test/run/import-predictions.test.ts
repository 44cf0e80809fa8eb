import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { copyOf, estimateOf, fixtures, imported, referencesIn, resultsIn, saved } from "./trainer-folder.ts";

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

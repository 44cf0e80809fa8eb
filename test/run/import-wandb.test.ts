import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { buildComparison } from "../../src/compare/compare.ts";
import { readRun } from "../../src/compare/run-data.ts";
import { readResults } from "../../src/run/import/find-results.ts";
import { importRun } from "../../src/run/import/import-run.ts";
import { readTrainingLog } from "../../src/training/index.ts";

const fixtures = fileURLToPath(new URL("../fixtures/interop/wandb-runs/", import.meta.url));
const scratch = (): Promise<string> => mkdtemp(join(tmpdir(), "evalh-import-"));

/** Checkpoint → metric key → value, of what was imported from a file. */
async function valuesIn(path: string): Promise<Record<string, Record<string, number | undefined>>> {
  const results = (await readResults([path], null)).flatMap((each) => each.results);
  const { folder } = await importRun({ results, suite: "boxes", slices: [], root: await scratch(), evalh: "0.1.0" });
  const data = await readRun(folder);
  expect(data.manifest.state).toBe("complete");
  const { rows, cells } = await buildComparison(data);
  return Object.fromEntries(
    data.checkpoints.map(({ id }, index) => [
      id,
      Object.fromEntries(rows.map(({ key }) => [key, cells[key]?.[index]?.estimate?.value])),
    ]),
  );
}

async function written(name: string, content: unknown): Promise<string> {
  const path = join(await scratch(), name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

describe("what W&B knows of runs without their answers", () => {
  it("is read from a run's own file, with its losses", async () => {
    expect(await valuesIn(join(fixtures, "boxes.wandb"))).toEqual({
      "boxes/step-20": { "eval/exact": 0, "eval/loss": 1.346 },
      "boxes/step-40": { "eval/exact": 2.5, "eval/loss": 0.968 },
      "boxes/step-60": { "eval/exact": 12.5, "eval/loss": 0.762 },
      "boxes/step-80": { "eval/exact": 15, "eval/loss": 0.7 },
    });
    const [found] = await readResults([join(fixtures, "boxes.wandb")], null);
    expect(found?.results[0]?.trainingLog).toContain("boxes.wandb");
  });

  it("is read from the app's table of runs: settings, clocks and training losses are no scores", async () => {
    expect(await valuesIn(join(fixtures, "runs.csv"))).toEqual({
      "longer-rain-9/longer-rain-9": { "eval/exact": 20, "eval/loss": 0.5195 },
      "bright-fog-3/bright-fog-3": { "eval/exact": 15, "eval/loss": 0.6998 },
    });
  });

  it("is read from the app's charts, each line a run, without their bands", async () => {
    expect(await valuesIn(join(fixtures, "chart.csv"))).toEqual({
      "bright-fog-3/step-40": { "eval/exact": 2.5 },
      "bright-fog-3/step-80": { "eval/exact": 15 },
      "longer-rain-9/step-80": { "eval/exact": 10 },
      "longer-rain-9/step-160": { "eval/exact": 20 },
    });
  });

  it("is read from a history as pandas writes it, index, gaps and NaN included", async () => {
    const path = join(fixtures, "history.csv");
    expect(await valuesIn(path)).toEqual({
      "history/step-20": { "eval/exact": 0, "eval/loss": 1.346 },
      "history/step-40": { "eval/exact": undefined, "eval/loss": 0.968 },
      "history/step-80": { "eval/exact": 15, "eval/loss": 0.7 },
    });
    expect((await readTrainingLog(path)).points.map(({ step, evalLoss }) => [step, evalLoss])).toEqual([
      [20, 1.346],
      [40, 0.968],
      [80, 0.7],
    ]);
  });

  it("is read from a history as JSON, and from the steps of log() where nothing else counts", async () => {
    const rows = [
      { _step: 3, val_accuracy: 0.5, accuracy: 0.75, loss: 2 },
      { _step: 7, val_accuracy: 0.75 },
    ];
    expect(await valuesIn(await written("mine.json", rows))).toEqual({
      "mine/step-3": { "val/accuracy": 50, "metrics/accuracy": 75 },
      "mine/step-7": { "val/accuracy": 75, "metrics/accuracy": undefined },
    });
    const log = await readTrainingLog(await written("mine.csv", "_step,loss,val_loss\n1,2.5,3\n2,2,2.75\n"));
    expect(log.points).toMatchObject([{ step: 1 }, { step: 2, trainLoss: 2, evalLoss: 2.75 }]);
  });

  it("is read from summaries: of one run, and gathered of several", async () => {
    const folder = join(await scratch(), "run-20261012_080000-ab12cd34", "files");
    await mkdir(folder, { recursive: true });
    const summary = { _step: 9, _wandb: { runtime: 60 }, "eval/loss": 0.75, "train/global_step": 80 };
    await writeFile(join(folder, "wandb-summary.json"), JSON.stringify(summary));
    const id = "run-20261012_080000-ab12cd34";
    expect(await valuesIn(join(folder, "wandb-summary.json"))).toEqual({ [`${id}/${id}`]: { "eval/loss": 0.75 } });
    const csv = `,summary,config,name\n0,"{'_wandb': {'runtime': 3}, 'eval/loss': 0.75, '_step': 9, 't': {'a': 1}}","{'lr': 0.01}",bright-fog-3\n`;
    expect(await valuesIn(await written("project.csv", csv))).toEqual({
      "bright-fog-3/bright-fog-3": { "eval/loss": 0.75 },
    });
  });

  it.each(["a,b\n1,2\n", "Step,note\n1,x\n", "Name,size\nx,3\n"])("is not read from the table %j", async (text) => {
    await expect(readResults([await written("x.csv", text)], null)).rejects.toMatchObject({ code: "E_DATASET" });
  });

  it("is one place and remedy where a table is torn", async () => {
    const text = (await readFile(join(fixtures, "runs.csv"), "utf8")).slice(0, 250);
    const path = await written("runs.csv", text);
    await expect(readResults([path], null)).rejects.toMatchObject({ code: "E_DATASET", place: { file: path } });
  });
});

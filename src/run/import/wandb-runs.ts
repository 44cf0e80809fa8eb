import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";

import { isJsonObject } from "../../core/json.ts";
import type { TrainingPoint } from "../../core/series.ts";
import { readTrainingLog } from "../../training/index.ts";
import type { Imported, ImportedTask, ResultFile, ResultReader } from "./imported.ts";
import { isScore, totalTask } from "./total-task.ts";
import { rowOfSummary, rowsOf, rowsOfCsv, type LoggedRow } from "./wandb-rows.ts";

/**
 * What W&B knows of runs without their answers: a run's own .wandb file, the CSV that its app exports of a table of runs
 * or of a chart, `run.history()` as CSV or JSON, wandb-summary.json. Scores of evaluations become totals, a checkpoint a
 * step, or a run where there are no steps; everything else that was logged is none of an evaluation's business.
 */
export const wandbRuns: ResultReader = {
  name: "W&B runs",
  recognises: ({ path, json }) =>
    /\.(?:wandb|csv)$/u.test(path) ||
    (basename(path) === "wandb-summary.json" && isJsonObject(json)) ||
    (Array.isArray(json) && json.every(isJsonObject) && rowsOf(json) !== null),
  async read(file) {
    const rows = await rowsIn(file);
    const name = basename(file.path).replace(/\.\w+$/u, "");
    const byRun = Map.groupBy(rows, ({ run }) => run ?? name);
    return [...byRun].flatMap(([run, own]) => checkpointsOfRun(run, own, file));
  },
};

async function rowsIn({ path, json }: ResultFile): Promise<readonly LoggedRow[]> {
  if (path.endsWith(".wandb")) return (await readTrainingLog(path)).points.map(rowOfPoint);
  if (path.endsWith(".csv")) return rowsOfCsv(await readFile(path, "utf8"), path) ?? [];
  if (Array.isArray(json)) return rowsOf(json.filter(isJsonObject)) ?? [];
  // …/run-20260101_120000-ab12cd34/files/wandb-summary.json
  const folder = basename(dirname(path)) === "files" ? dirname(dirname(path)) : dirname(path);
  return isJsonObject(json) ? [rowOfSummary(json, basename(folder))] : [];
}

function rowOfPoint({ step, evalLoss, extra = {} }: TrainingPoint): LoggedRow {
  return { run: null, step, values: { ...(evalLoss === undefined ? {} : { "eval/loss": evalLoss }), ...extra } };
}

function checkpointsOfRun(run: string, rows: readonly LoggedRow[], { path, modifiedAt }: ResultFile): Imported[] {
  const bySteps = Map.groupBy(rows, ({ step }) => step);
  const evaluated = [...bySteps].flatMap(([step, own]) => {
    // An evaluation after the training is logged at its last step once more: what came first belongs to the step.
    const values = Object.assign({}, ...own.toReversed().map((row) => row.values)) as Readonly<Record<string, number>>;
    const tasks = tasksOf(values);
    return tasks.length === 0 ? [] : [{ step, tasks }];
  });
  const isSeries = evaluated.length > 1;
  return evaluated
    .toSorted((a, b) => (a.step ?? 0) - (b.step ?? 0))
    .map(({ step, tasks }): Imported => ({
      program: "wandb",
      programVersion: "",
      model: `${run}/${step ?? ""}`,
      file: path,
      startedAt: modifiedAt,
      tasks,
      checkpoint: { id: isSeries ? `${run}/step-${step}` : `${run}/${run}`, model: run, path, step, epoch: null },
      isPart: true,
      ...(path.endsWith(".wandb") ? { trainingLog: path } : {}),
      warnings: [],
    }));
}

/** "eval/loss", "val_accuracy", "test/de/bleu": the data set, and what was measured on it. */
const OF_SET = /^(?<set>eval|evaluation|val|valid|validation|dev|test|predict)[/_.](?<metric>.+)$/u;

function tasksOf(values: Readonly<Record<string, number>>): ImportedTask[] {
  const sets = new Map<string, Record<string, number>>();
  for (const [name, value] of Object.entries(values)) {
    const { set = "metrics", metric = name } = OF_SET.exec(name)?.groups ?? {};
    if (!isScore(metric, { isNamed: set !== "metrics" }) || !Number.isFinite(value)) continue;
    sets.set(set, { ...sets.get(set), [metric]: value });
  }
  return [...sets].map(([name, metrics]) => totalTask({ name, metrics, of: null }));
}

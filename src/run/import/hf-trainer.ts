import { basename, dirname, join } from "node:path";

import { isJsonObject } from "../../core/json.ts";
import { numberOf } from "../../training/loose-json.ts";
import { listAt } from "./fields.ts";
import type { Imported, ImportedTask, ReadOptions, ResultReader } from "./imported.ts";
import { totalTask } from "./total-task.ts";
import { countOf, metricsOf, prefixesOf, sameMetrics, secondsOf, type ResultRow } from "./trainer-metrics.ts";
import { openTrainerFolder, type TrainerFolder } from "./trainer-folder.ts";
import { isPredictions, predictionTask } from "./trainer-predictions.ts";

/**
 * An output folder of the Hugging Face Trainer, as the example scripts of transformers 5.23 leave it: the evaluations by
 * step in trainer_state.json, the final ones in `*_results.json`, and what the model answered. The Trainer keeps means
 * over all samples only, so each data set is a total; single answers are judged where `--references` names their rows.
 */
export const hfTrainer: ResultReader = {
  name: "HF Trainer",
  recognises: ({ path, json }) =>
    isPredictions(basename(path)) ||
    (basename(path) === "trainer_state.json" && isJsonObject(json) && Array.isArray(json["log_history"])) ||
    (basename(path).endsWith("_results.json") && isResultFile(json)),
  async read({ path, json }, options) {
    const folder = /^checkpoint-\d+$/u.test(basename(dirname(path))) ? dirname(dirname(path)) : dirname(path);
    if (options.seen.has(folder)) return [];
    options.seen.add(folder);
    const opened = await openTrainerFolder(folder, { named: json === undefined ? path : null });
    return importedOf(opened, options);
  },
};

/** Flat, with at least one number that carries the name of a data set. */
function isResultFile(json: unknown): boolean {
  if (!isJsonObject(json)) return false;
  const entries = Object.entries(json);
  return (
    entries.every(([, value]) => typeof value === "number" || typeof value === "string") &&
    entries.some(([name, value]) => /^(?:eval|predict|test)_/u.test(name) && numberOf(value) !== undefined)
  );
}

async function importedOf(folder: TrainerFolder, options: ReadOptions): Promise<Imported[]> {
  const rows = evaluations(folder);
  const counts = new Map<string, number | null>();
  const all = [folder.results, ...[...rows.values()].flatMap((each) => [...each.values()])];
  for (const prefix of prefixesOf(all)) counts.set(prefix, countOf(prefix, all));
  const warnings: string[] = [];
  const tasksOf = (found: ReadonlyMap<string, ResultRow>, where: string): ImportedTask[] =>
    [...found].map(([prefix, row]) => {
      const { metrics, unusable } = metricsOf(row, prefix, [...counts.keys()]);
      for (const name of unusable) warnings.push(`${prefix}_${name} of ${where} is no finite number and was left out`);
      return totalTask({ name: prefix, metrics, of: counts.get(prefix) ?? null, seconds: secondsOf(row, prefix) });
    });
  const final = finalResults(folder, [...counts.keys()]);
  const last = stepOfFinal(rows, final, [...counts.keys()]);
  const imported = [...rows].map(([step, row]): Imported => {
    const name = folder.checkpoints.has(step) ? `checkpoint-${step}` : `step-${step}`;
    const epoch = [...row.values()].map((each) => numberOf(each["epoch"])).find((each) => each !== undefined) ?? null;
    // What was measured at the end is said of the step at which the same was measured, and of no other.
    const found = step === last ? new Map([...row, ...final]) : row;
    return placed(folder, { name, step, epoch, tasks: tasksOf(found, name) });
  });
  if (last === null && final.size > 0) {
    const [step, epoch] = [numberOf(folder.state?.["global_step"]), numberOf(folder.results["epoch"])];
    imported.push(
      placed(folder, { name: "final", step: step ?? null, epoch: epoch ?? null, tasks: tasksOf(final, "final") }),
    );
  }
  return withPredictions(imported, { folder, options, warnings, of: last, metrics: metricNames(final) });
}

/** Step → prefix → what was measured there first: an evaluation after the training is said again at its last step. */
function evaluations({ state }: TrainerFolder): Map<number, Map<string, ResultRow>> {
  const found = new Map<number, Map<string, ResultRow>>();
  for (const row of listAt(state, "log_history")) {
    const step = isJsonObject(row) ? numberOf(row["step"]) : undefined;
    if (!isJsonObject(row) || step === undefined) continue;
    for (const prefix of prefixesOf([row])) {
      const at = found.get(step) ?? new Map<string, ResultRow>();
      if (!at.has(prefix)) at.set(prefix, row);
      found.set(step, at);
    }
  }
  return new Map([...found].toSorted(([a], [b]) => a - b));
}

function finalResults({ results }: TrainerFolder, prefixes: readonly string[]): Map<string, ResultRow> {
  return new Map(
    prefixes.flatMap((prefix) => {
      const { metrics, unusable } = metricsOf(results, prefix, prefixes);
      return Object.keys(metrics).length + unusable.length === 0 ? [] : [[prefix, results] as const];
    }),
  );
}

/** The step whose evaluation says the same as the final one; null where none does, as with the best model loaded back. */
function stepOfFinal(
  rows: ReadonlyMap<number, ReadonlyMap<string, ResultRow>>,
  final: ReadonlyMap<string, ResultRow>,
  prefixes: readonly string[],
): number | null {
  const same = [...rows].filter(([, row]) => {
    const common = [...row].flatMap(([prefix, before]) => {
      const after = final.get(prefix);
      return after === undefined ? [] : [{ prefix, before, after }];
    });
    return (
      common.length > 0 && common.every(({ prefix, before, after }) => sameMetrics(before, after, prefix, prefixes))
    );
  });
  return same.at(-1)?.[0] ?? null;
}

interface Placed {
  readonly name: string;
  readonly step: number | null;
  readonly epoch: number | null;
  readonly tasks: readonly ImportedTask[];
}

function placed(folder: TrainerFolder, { name, step, epoch, tasks }: Placed): Imported {
  const model = basename(folder.path);
  const path = name.startsWith("checkpoint-") ? join(folder.path, name) : folder.path;
  return {
    program: "transformers Trainer",
    programVersion: "",
    model: `${folder.path}/${name}`,
    file: folder.anchor,
    startedAt: folder.modifiedAt,
    tasks,
    checkpoint: { id: `${model}/${name}`, model, path, step, epoch },
    isPart: true,
    ...(folder.statePath === null ? {} : { trainingLog: folder.statePath }),
    warnings: [],
  };
}

function metricNames(final: ReadonlyMap<string, ResultRow>): string[] {
  const names = [...final].flatMap(([prefix, row]) => Object.keys(metricsOf(row, prefix, [...final.keys()]).metrics));
  return [...new Set(names)];
}

interface WithPredictions {
  readonly folder: TrainerFolder;
  readonly options: ReadOptions;
  readonly warnings: readonly string[];
  /** Step of the checkpoint that answered; null for the final one. */
  readonly of: number | null;
  readonly metrics: readonly string[];
}

/** The answers belong to the model at the end. */
async function withPredictions(
  imported: readonly Imported[],
  { folder, options, warnings, of, metrics }: WithPredictions,
): Promise<Imported[]> {
  const [file, ...others] = folder.predictions;
  const left = [...warnings];
  let own = [...imported];
  if (file !== undefined && options.references !== null) {
    const expected = numberOf(folder.results["predict_samples"]) ?? null;
    const { task, warnings: doubts } = await predictionTask({
      file,
      references: options.references,
      expected,
      metrics,
    });
    if (others.length > 0)
      left.push(`${others.map((each) => basename(each)).join(", ")} left out: name one as the path`);
    left.push(...doubts);
    options.answered.add(file);
    const isOwn = ({ checkpoint }: Imported): boolean =>
      of === null ? checkpoint?.id.endsWith("/final") === true : checkpoint?.step === of;
    if (!own.some(isOwn)) own.push(placed(folder, { name: "final", step: null, epoch: null, tasks: [] }));
    own = own.map((each) => (isOwn(each) ? { ...each, tasks: [task, ...each.tasks] } : each));
  } else if (file !== undefined) {
    left.push(`${basename(file)} was left out: name the file that was predicted with --references`);
  }
  return own.map((each, index) => (index === 0 ? { ...each, warnings: left } : each));
}

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { TrainingPoint } from "../../src/core/series.ts";

/** Folder of the recorded training runs. */
export const RUNS = fileURLToPath(new URL("../fixtures/training", import.meta.url));

/** The recorded runs of a framework, as "hf/overfit". */
export function runsOf(framework: string): string[] {
  return readdirSync(join(RUNS, framework)).map((name) => `${framework}/${name}`);
}

/** What a run's plain log says: values by step and name, a step that comes again replacing all from there on. */
export type PlainLog = ReadonlyMap<number, Readonly<Record<string, number>>>;

/** Reads train_log.jsonl without any code of the readers under test. */
export function plainLog(run: string): PlainLog {
  const rows = new Map<number, Record<string, number>>();
  for (const line of readFileSync(join(RUNS, run, "train_log.jsonl"), "utf8")
    .trim()
    .split("\n")) {
    const row = JSON.parse(line.replaceAll(/\bNaN\b/g, '"NaN"')) as Record<string, number | string>;
    if ("train_runtime" in row) continue;
    const step = Number(row["step"]);
    for (const later of rows.keys()) if (later > step) rows.delete(later);
    const values = Object.entries(row)
      .filter(([name]) => name !== "step")
      .map(([name, value]) => [name, Number(value)] as const);
    rows.set(step, { ...rows.get(step), ...Object.fromEntries(values) });
  }
  return rows;
}

const FIELD_NAMES: Readonly<Record<string, string>> = {
  trainLoss: "loss",
  evalLoss: "eval_loss",
  learningRate: "learning_rate",
  gradNorm: "grad_norm",
  epoch: "epoch",
};

/** A reader's points in the shape of {@link plainLog}, names as the trainer's own dictionary has them. */
export function asPlainLog(points: readonly TrainingPoint[]): PlainLog {
  return new Map(
    points.map(({ step, extra, ...fields }) => {
      const values: Record<string, number> = {};
      for (const [field, value] of Object.entries(fields)) values[FIELD_NAMES[field] as string] = value;
      for (const [name, value] of Object.entries(extra ?? {})) values[name.replace(/^eval\//, "eval_")] = value;
      return [step, values];
    }),
  );
}

/** Every value as a 32-bit float, which is how event files keep them. */
export function inSinglePrecision(log: PlainLog): PlainLog {
  return new Map(
    [...log].map(([step, values]) => [
      step,
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Math.fround(value)])),
    ]),
  );
}

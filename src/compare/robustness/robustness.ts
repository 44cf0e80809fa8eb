import type { JsonObject } from "../../core/json.ts";
import type { Estimate } from "../../core/estimate.ts";
import { estimate } from "../../stats/estimate.ts";
import { hashSeed } from "../../stats/hash-seed.ts";
import type { PairedDifference } from "../comparison.ts";
import { correct, difference, type RawDifference } from "../difference.ts";
import { pairColumns, type MetricColumn } from "../metric-column.ts";
import type { RunData, RunMetric } from "../run-data.ts";
import { brokenAnswers, type BrokenAnswer } from "./broken-answers.ts";
import { varianceSplits, type VarianceSplit } from "./variance-split.ts";

/** One metric of one checkpoint, clean and perturbed, over the samples that have both. */
export interface RobustnessCell {
  readonly clean: Estimate;
  readonly perturbed: Estimate;
  /** Perturbed minus clean, Holm's correction over all perturbations and metrics of the checkpoint. */
  readonly difference: PairedDifference;
}

/** What one perturbation does to one metric. */
export interface RobustnessRow {
  /** Of the clean scores, "task/metric". */
  readonly key: string;
  readonly task: string;
  /** Name of the perturbation, unique in the task. */
  readonly perturbation: string;
  /** What kind it is, and its options. */
  readonly module: string;
  readonly options: JsonObject;
  /** Versions that are asked otherwise than the clean sample, of how many. */
  readonly changed: number;
  readonly of: number;
  /** One entry a checkpoint, in the comparison's order. */
  readonly cells: readonly (RobustnessCell | null)[];
}

/** How scores hold when the samples are written otherwise. Nothing here has a part in choosing a checkpoint. */
export interface Robustness {
  readonly rows: readonly RobustnessRow[];
  readonly variance: readonly VarianceSplit[];
  /** Answers of the base checkpoint that a perturbation broke. */
  readonly broken: readonly BrokenAnswer[];
}

/** Null for a run without perturbations. */
export async function robustnessOf(
  data: RunData,
  { alpha, seed, base }: { readonly alpha: number; readonly seed: number; readonly base: string },
): Promise<Robustness | null> {
  if (data.perturbed.length === 0) return null;
  const pairs = data.perturbed.flatMap((row) => {
    const clean = cleanMetric(data, row);
    return clean === null || row.metric.diagnostic === true ? [] : [{ row, clean }];
  });
  const made = data.checkpoints.map((_, index) => checkpointCells(data, pairs, { alpha, seed, index }));
  const rows = pairs.map(({ row, clean }, which): RobustnessRow => {
    const { perturbation, n, repeats } = row.unit;
    return {
      key: clean.key,
      task: clean.unit.task,
      perturbation: perturbation?.name ?? "",
      module: perturbation?.module ?? "",
      options: perturbation?.options ?? {},
      changed: perturbation?.changed ?? 0,
      of: n * repeats,
      cells: made.map((cells) => cells[which] ?? null),
    };
  });
  return { rows, variance: await varianceSplits(data), broken: await brokenAnswers(data, base) };
}

/** The metric of the clean task that a perturbed one is held against; null where that was not asked. */
export function cleanMetric(data: RunData, { unit, judge, metric }: RunMetric): RunMetric | null {
  return (
    data.metrics.find(
      (row) =>
        row.unit.task === unit.perturbation?.of &&
        row.unit.split === unit.split &&
        row.judge.name === judge.name &&
        row.metric.name === metric.name,
    ) ?? null
  );
}

interface Pair {
  readonly row: RunMetric;
  readonly clean: RunMetric;
}

interface CellOptions {
  readonly alpha: number;
  readonly seed: number;
  readonly index: number;
}

function checkpointCells(data: RunData, pairs: readonly Pair[], options: CellOptions): (RobustnessCell | null)[] {
  const raw = pairs.map((pair) => rawCell(data, pair, options));
  const corrected = correct(
    raw.flatMap((cell) => (cell === null ? [] : [cell.raw])),
    options.alpha,
  );
  let next = 0;
  return raw.map((cell) => {
    const found = cell === null ? undefined : corrected[next++];
    return cell === null || found === undefined
      ? null
      : { clean: cell.clean, perturbed: cell.perturbed, difference: found };
  });
}

function rawCell(
  data: RunData,
  { row, clean }: Pair,
  { seed, index }: CellOptions,
): { readonly clean: Estimate; readonly perturbed: Estimate; readonly raw: RawDifference } | null {
  const before = data.columns.get(clean.key)?.[index];
  const after = data.columns.get(row.key)?.[index];
  if (before == null || after == null) return null;
  const [a, b] = pairColumns(before, after);
  const raw = difference(a, b, { seed: hashSeed(String(seed), row.key), higherIsBetter: row.metric.higherIsBetter });
  const over = (column: MetricColumn): Estimate | null =>
    estimate(column.sufficient, { seed: hashSeed(String(seed), row.key), range: row.metric.range });
  const [cleanEstimate, perturbed] = [over(a), over(b)];
  return raw === null || cleanEstimate === null || perturbed === null ? null : { clean: cleanEstimate, perturbed, raw };
}

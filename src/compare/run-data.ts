import type { Checkpoint } from "../core/checkpoint.ts";
import type { FigureCollector, Judge, JudgeFigure, Metric } from "../core/judge.ts";
import type { TrainingPoint } from "../core/series.ts";
import { isJsonObject } from "../core/json.ts";
import { readPeople, type PeopleScores } from "../human/people-scores.ts";
import { createJudgesOf } from "../run/plan.ts";
import { readLines } from "../run/store/line-file.ts";
import { metricName } from "../suite/metric-name.ts";
import type { RunManifest, UnitInfo } from "../run/store/records.ts";
import { readManifest, runFiles } from "../run/store/run-folder.ts";
import type { MetricColumn } from "./metric-column.ts";
import { scanShard, unitKey, type UnitAnswers } from "./shard-scan.ts";
import { statsCollector, type StatsCollector } from "./stats-collector.ts";

/** One metric of one unit, with where its numbers are. */
export interface RunMetric {
  /** "task/metric" or "task@validation/metric". */
  readonly key: string;
  readonly unit: UnitInfo;
  readonly judge: Judge;
  readonly metric: Metric;
}

/** A run read back from its folder: numbers only, texts stay on disk. */
export interface RunData {
  readonly folder: string;
  /**
   * As run.json has it, its units with the judges that people are to them, and only the clean ones: nothing that looks
   * at a run sees perturbed scores unless it asks for them.
   */
  readonly manifest: RunManifest;
  readonly checkpoints: readonly Checkpoint[];
  readonly metrics: readonly RunMetric[];
  /** Metric key → one column a checkpoint, null where it was not run or nothing was scored. */
  readonly columns: ReadonlyMap<string, readonly (MetricColumn | null)[]>;
  readonly figures: readonly RunFigure[];
  /** Unit key → one entry a checkpoint. */
  readonly counts: ReadonlyMap<string, readonly UnitAnswers[]>;
  readonly training: readonly TrainingPoint[];
  /** What people said of the answers. */
  readonly people: PeopleScores;
  /** Of units whose samples were asked in another form; their keys are "task~perturbation/metric". */
  readonly perturbed: readonly RunMetric[];
}

/** What a judge's statistics of one checkpoint's answers to one unit look like. */
interface RunFigure {
  readonly unit: UnitInfo;
  readonly judge: string;
  readonly checkpoint: string;
  readonly figure: JudgeFigure;
}

/**
 * @throws EvalhError E_RUN_FOLDER if the folder is not a run
 */
export async function readRun(folder: string): Promise<RunData> {
  const stored = await readManifest(folder);
  const people = await readPeople(folder, stored.units);
  const manifest = { ...stored, units: stored.units.map((unit) => people.withJudges(unit)) };
  const checkpoints = orderCheckpoints(manifest.checkpoints);
  const judgesOf = new Map<string, Judge[]>();
  for (const unit of manifest.units) judgesOf.set(unitKey(unit), await createJudgesOf(unit));
  const metrics = manifest.units.flatMap((unit) => runMetrics(unit, judgesOf.get(unitKey(unit)) ?? []));
  const columns = new Map<string, (MetricColumn | null)[]>(metrics.map(({ key }) => [key, []]));
  const counts = new Map<string, UnitAnswers[]>(manifest.units.map((unit) => [unitKey(unit), []]));
  const figures: RunFigure[] = [];
  for (const checkpoint of checkpoints) {
    const collectors = collectorsFor(manifest.units, judgesOf);
    const answers = await scanShard({ folder, checkpoint: checkpoint.id }, manifest.units, (unit, slot, { record }) => {
      for (const { judge, collector, figure } of collectors.get(unit) ?? []) {
        const stats = record.scores[judge.name];
        if (stats === undefined) continue;
        collector.add(slot, stats);
        figure?.add(stats);
      }
    });
    for (const [key, unit] of answers) {
      counts.get(key)?.push(unit);
      const collected = collectors.get(unit.unit) ?? [];
      for (const { ordinal, judge, stats } of people.of(unit.unit, checkpoint.id)) {
        collected.find((each) => each.judge.name === judge)?.collector.add(ordinal * unit.unit.repeats, stats);
      }
      for (const each of collected) {
        addColumns(columns, unit.unit, each);
        const figure = each.figure?.finish() ?? null;
        if (figure !== null)
          figures.push({ unit: unit.unit, judge: each.judge.name, checkpoint: checkpoint.id, figure });
      }
    }
  }
  const isClean = ({ unit }: { readonly unit: UnitInfo }): boolean => unit.perturbation === undefined;
  const units = manifest.units.filter((unit) => isClean({ unit }));
  const keys = new Set(units.map(unitKey));
  return {
    folder,
    manifest: { ...manifest, units },
    checkpoints,
    metrics: metrics.filter(isClean),
    columns,
    figures: figures.filter(isClean),
    counts: new Map([...counts].filter(([key]) => keys.has(key))),
    training: await readTraining(folder),
    people,
    perturbed: metrics.filter((row) => !isClean(row)),
  };
}

/** What a run is about, without its scores: of a run of millions these take long to read. */
export async function readRunHead(folder: string): Promise<Pick<RunData, "manifest" | "metrics">> {
  const manifest = await readManifest(folder);
  const units = manifest.units.filter(({ perturbation }) => perturbation === undefined);
  const metrics: RunMetric[] = [];
  for (const unit of units) metrics.push(...runMetrics(unit, await createJudgesOf(unit)));
  return { manifest: { ...manifest, units }, metrics };
}

/** Every metric that a unit's judges give. */
export function runMetrics(unit: UnitInfo, judges: readonly Judge[]): RunMetric[] {
  return judges.flatMap((judge) =>
    judge.metrics.map((metric) => ({ key: metricKey(unit, judge, metric), unit, judge, metric })),
  );
}

/** "task/metric" or "task@validation/metric". */
export function metricKey(unit: UnitInfo, judge: Judge, metric: Metric): string {
  const module = unit.judges.find((info) => info.name === judge.name)?.module ?? judge.name;
  return `${unitKey(unit)}/${metricName({ module, name: judge.name }, metric.name, judge.metrics.length)}`;
}

/** What gathers one judge's statistics of one checkpoint. */
export interface Collected {
  readonly judge: Judge;
  readonly collector: StatsCollector;
  readonly figure: FigureCollector | null;
}

/** Fresh collectors for one checkpoint. */
export function collectorsFor(
  units: readonly UnitInfo[],
  judgesOf: ReadonlyMap<string, readonly Judge[]>,
): Map<UnitInfo, Collected[]> {
  return new Map(
    units.map((unit) => [
      unit,
      (judgesOf.get(unitKey(unit)) ?? []).map((judge) => ({
        judge,
        collector: statsCollector(judge, unit.n * unit.repeats, unit.repeats),
        figure: unit.split === "test" ? (judge.figure?.() ?? null) : null,
      })),
    ]),
  );
}

function addColumns(
  columns: ReadonlyMap<string, (MetricColumn | null)[]>,
  unit: UnitInfo,
  { judge, collector }: Collected,
): void {
  const packed = collector.columns();
  for (const metric of judge.metrics) {
    const column = packed.get(metric.name);
    const isEmpty = column === undefined || column.ordinals.length === 0;
    columns.get(metricKey(unit, judge, metric))?.push(isEmpty ? null : column);
  }
}

/** Models in the suite's order; within one the series by step, then the variants. */
export function orderCheckpoints(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  const models = [...new Set(checkpoints.map((checkpoint) => checkpoint.model))];
  const rank = (checkpoint: Checkpoint): number => (checkpoint.role === "series" ? 0 : 1);
  return checkpoints.toSorted(
    (a, b) =>
      models.indexOf(a.model) - models.indexOf(b.model) ||
      rank(a) - rank(b) ||
      (a.step ?? Infinity) - (b.step ?? Infinity) ||
      0,
  );
}

/** The loss curves of a run; empty without a training log. */
export async function readTraining(folder: string): Promise<TrainingPoint[]> {
  const points: TrainingPoint[] = [];
  for await (const line of readLines(runFiles.training(folder))) {
    if (isJsonObject(line.record)) points.push(restorePoint(line.record));
  }
  return points;
}

/** JSON has no NaN: training.jsonl holds non-finite numbers as strings. */
function restorePoint(record: object): TrainingPoint {
  const isNumberInWords = (value: unknown): boolean => value === "NaN" || value === "Infinity" || value === "-Infinity";
  const restored = Object.entries(record).map(([key, value]: [string, unknown]) => [
    key,
    isNumberInWords(value) ? Number(value) : value,
  ]);
  return Object.fromEntries(restored) as TrainingPoint;
}

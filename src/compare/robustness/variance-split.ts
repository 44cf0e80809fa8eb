import { varianceComponents, type VarianceComponents } from "../../stats/variance-components.ts";
import type { MetricColumn } from "../metric-column.ts";
import { collectorsFor, type RunData, type RunMetric } from "../run-data.ts";
import { scanShard, unitKey } from "../shard-scan.ts";

/** Of one checkpoint: where the scores' variance comes from. */
export interface VarianceCell extends VarianceComponents {
  /** Samples that every prompt has a score for. */
  readonly samples: number;
  /** Answers to each of them under each prompt. */
  readonly repeats: number;
}

/** The variance of one metric's scores, split over prompts, samples and seeds. */
export interface VarianceSplit {
  /** Of the clean scores, "task/metric". */
  readonly key: string;
  /**
   * The forms in which the samples were asked: "clean" and the perturbations of kind `prompts`; all perturbations where
   * there are no other prompts.
   */
  readonly prompts: readonly string[];
  /** One entry a checkpoint; null where nothing can be split. */
  readonly cells: readonly (VarianceCell | null)[];
}

/** One split for every metric of every task that was perturbed. */
export async function varianceSplits(data: RunData): Promise<VarianceSplit[]> {
  const families = data.metrics.flatMap((clean) => {
    const forms = data.perturbed.filter(
      ({ unit, judge, metric }) =>
        unit.perturbation?.of === clean.unit.task &&
        unit.split === clean.unit.split &&
        judge.name === clean.judge.name &&
        metric.name === clean.metric.name,
    );
    const others = forms.filter(({ unit }) => unit.perturbation?.module === "prompts");
    const isLeftOut = clean.metric.diagnostic === true || clean.metric.combineRepeats !== undefined;
    return forms.length === 0 || isLeftOut ? [] : [{ clean, forms: others.length > 0 ? others : forms }];
  });
  const splits = families.map(({ clean, forms }) => ({
    key: clean.key,
    prompts: ["clean", ...forms.map(({ unit }) => unit.perturbation?.name ?? "")],
    cells: new Array<VarianceCell | null>(),
  }));
  for (const { id } of data.checkpoints) {
    const answers = await answerColumns(
      data,
      id,
      families.flatMap(({ clean, forms }) => [clean, ...forms]),
    );
    for (const [index, { clean, forms }] of families.entries()) {
      splits[index]?.cells.push(splitOf([clean, ...forms], answers));
    }
  }
  return splits;
}

/** Key → the score of every single answer of a checkpoint; ordinals are sample × repeats + repeat. */
async function answerColumns(
  { folder }: RunData,
  checkpoint: string,
  rows: readonly RunMetric[],
): Promise<Map<string, MetricColumn>> {
  const units = [...new Set(rows.map(({ unit }) => unit))];
  const judges = new Map(
    units.map((unit) => [
      unitKey(unit),
      [...new Set(rows.filter((row) => row.unit === unit).map(({ judge }) => judge))],
    ]),
  );
  // To a collector each answer is a sample: its repeats are then not averaged.
  const flat = units.map((unit) => ({ ...unit, n: unit.n * unit.repeats, repeats: 1 }));
  const collected = collectorsFor(flat, judges);
  const collectors = new Map(units.map((unit, index) => [unit, collected.get(flat[index] ?? unit) ?? []]));
  await scanShard({ folder, checkpoint }, units, (unit, slot, { record }) => {
    for (const { judge, collector } of collectors.get(unit) ?? []) {
      const stats = record.scores[judge.name];
      if (stats !== undefined) collector.add(slot, stats);
    }
  });
  const columns = new Map<string, MetricColumn>();
  for (const { unit, judge, metric, key } of rows) {
    const found = collectors.get(unit)?.find((each) => each.judge === judge);
    const column = found?.collector.columns().get(metric.name);
    if (column !== undefined) columns.set(key, column);
  }
  return columns;
}

/** The split over the samples that are scored under every prompt as often as any prompt was asked. */
function splitOf(rows: readonly RunMetric[], answers: ReadonlyMap<string, MetricColumn>): VarianceCell | null {
  const repeats = Math.min(...rows.map(({ unit }) => unit.repeats));
  const scores = rows.map(({ key, unit }) => scoresOf(answers.get(key), unit.repeats));
  const [first] = scores;
  const samples = [...(first?.keys() ?? [])].filter((sample) =>
    scores.every((each) => Array.from({ length: repeats }, (_, at) => each.get(sample)?.[at]).every(isScore)),
  );
  const values = Float64Array.from(
    scores.flatMap((each) => samples.flatMap((sample) => (each.get(sample) ?? []).slice(0, repeats) as number[])),
  );
  const made = varianceComponents({ prompts: rows.length, samples: samples.length, repeats, values });
  return made === null ? null : { ...made, samples: samples.length, repeats };
}

function isScore(score: number | undefined): boolean {
  return score !== undefined && Number.isFinite(score);
}

/** Sample → its scores by repeat. */
function scoresOf(column: MetricColumn | undefined, repeats: number): Map<number, (number | undefined)[]> {
  const scores = new Map<number, (number | undefined)[]>();
  for (const [index, slot] of (column?.ordinals ?? new Uint32Array()).entries()) {
    const sample = Math.floor(slot / repeats);
    const list = scores.get(sample) ?? new Array<number | undefined>(repeats);
    list[slot % repeats] = column?.perSample[index];
    scores.set(sample, list);
  }
  return scores;
}

import { EvalhError } from "../core/errors.ts";
import type { Diagnosis } from "../core/verdict.ts";
import { readBenches } from "../run/bench-log.ts";
import { hashSeed } from "../stats/hash-seed.ts";
import { diagnose } from "../stats/generalisation.ts";
import type { Cell, Comparison, MetricRow, OutputWarning, ShipChoice, Training } from "./comparison.ts";
import type { Baseline } from "./baseline/baseline.ts";
import { readDataChecks } from "./data-check.ts";
import { detectableDifference } from "./detectable.ts";
import { taskFigures } from "./figures.ts";
import { variantEquivalence } from "./equivalence.ts";
import { evaluateGates } from "./gates.ts";
import { learningOf } from "./learning.ts";
import { resourceUse } from "./resources.ts";
import { peopleView } from "./people.ts";
import { robustnessOf } from "./robustness/robustness.ts";
import { readRun, type RunData, type RunMetric } from "./run-data.ts";
import { chooseShip } from "./ship.ts";
import { sliceTables } from "./slices.ts";
import { summarise } from "./summary.ts";
import { compareCells } from "./table.ts";
import { decideVerdict } from "./verdict.ts";

export interface CompareOptions {
  /** Id or folder name of the checkpoint that differences are taken against; the one to ship otherwise. */
  readonly base?: string;
  /** Level of the tests, 0.05 unless the suite or the caller says otherwise. */
  readonly alpha?: number;
  /** What the suite's gates compare with; without one, gates on drops are inconclusive. */
  readonly baseline?: Baseline | null;
  /** Id, folder name or step of the checkpoint that the gates look at; the one to ship otherwise. */
  readonly gated?: string;
}

/**
 * Compares the checkpoints of one run from its folder alone.
 * @throws EvalhError E_RUN_FOLDER, E_USAGE for an unknown base
 */
export async function compareRun(folder: string, options: CompareOptions = {}): Promise<Comparison> {
  const data = await readRun(folder);
  return buildComparison(data, options);
}

/** Which checkpoint of a run to ship, with what the choice rests on. */
export interface Choice {
  readonly seed: number;
  readonly diagnosis: Diagnosis | null;
  readonly ship: ShipChoice | null;
}

export function chooseOf(data: RunData, alpha: number = data.manifest.alpha): Choice {
  const seed = hashSeed(String(data.manifest.seed), "compare");
  const diagnosis = data.training.length === 0 ? null : diagnose(data.training);
  return { seed, diagnosis, ship: chooseShip(data, { alpha, seed, lowestLossStep: diagnosis?.ship ?? null }) };
}

/** The same for a run that is already read. */
export async function buildComparison(data: RunData, options: CompareOptions = {}): Promise<Comparison> {
  const { manifest, checkpoints } = data;
  const alpha = options.alpha ?? manifest.alpha;
  const { seed, diagnosis, ship } = chooseOf(data, alpha);
  const base = findCheckpoint(data, options.base) ?? ship?.checkpoint ?? checkpoints[0]?.id ?? "";
  const cells = compareCells(data, { base, alpha, seed });
  const training = trainingOf(data, diagnosis);
  const rows = data.metrics.map((metric) => rowOf(metric, cells[metric.key] ?? []));
  const gated = findCheckpoint(data, options.gated) ?? ship?.checkpoint ?? checkpoints[0]?.id;
  const gates = await evaluateGates({
    data,
    gates: manifest.gates ?? [],
    checkpoint: checkpoints.findIndex(({ id }) => id === gated),
    baseline: options.baseline ?? null,
    diagnosis,
    seed,
  });
  const verdict = decideVerdict({ data, diagnosis, ship, cells, gates });
  return {
    suite: { name: manifest.suite.name, version: manifest.suite.version, digest: manifest.suite.digest },
    run: runFacts(data),
    checkpoints,
    base,
    rows,
    cells,
    slices: await sliceTables(data, seed),
    warnings: warningsOf(data),
    training,
    ship,
    equivalence: await variantEquivalence(data),
    gates,
    verdict,
    summary: summarise({ data, rows, cells, training, ship, verdict, base }),
    learning: await learningOf(data, { diagnosis, ship, cells }),
    people: data.people.sheets.map((sheet) => peopleView(data, sheet)),
    dataChecks: await readDataChecks(data.folder, askedData(data)),
    robustness: await robustnessOf(data, { alpha, seed, base }),
    resources: await resourceUse(data),
    figures: taskFigures(data),
    load: await readBenches(data.folder),
    alpha,
  };
}

/**
 * Finds a checkpoint by its id, the name of its folder or its step.
 * @throws EvalhError E_USAGE naming what there is
 */
export function findCheckpoint(data: RunData, wanted: string | undefined): string | undefined {
  if (wanted === undefined) return undefined;
  const { checkpoints } = data;
  const found = checkpoints.find(
    ({ id, step }) => id === wanted || id.endsWith(`/${wanted}`) || String(step) === wanted,
  );
  if (found === undefined) {
    throw new EvalhError("E_USAGE", `there is no checkpoint "${wanted}" in this run`, {
      hint: `it has ${checkpoints.map(({ id }) => id).join(", ")}`,
    });
  }
  return found.id;
}

function rowOf({ key, unit, judge, metric }: RunMetric, cells: readonly Cell[]): MetricRow {
  return {
    key,
    task: unit.task,
    split: unit.split,
    judge: judge.name,
    metric: metric.name,
    signature: judge.signature,
    higherIsBetter: metric.higherIsBetter,
    range: metric.range,
    unit: metric.unit,
    detectable: metric.diagnostic === true ? null : detectableDifference(cells),
  };
}

/** sha256 of the data that a run has asked, as far as it knows. */
function askedData({ manifest }: RunData): ReadonlySet<string> {
  return new Set(manifest.units.flatMap(({ dataset }) => (dataset === undefined ? [] : [dataset.sha256])));
}

function runFacts({ manifest, folder }: RunData): Comparison["run"] {
  const [first] = manifest.attempts;
  return {
    id: manifest.id,
    folder,
    startedAt: first?.startedAt ?? "",
    state: manifest.state,
    evalh: first?.evalh ?? "",
    host: first?.host ?? "",
    backends: [...new Set(Object.values(manifest.backends))],
    seed: manifest.seed,
    seconds: manifest.attempts.reduce((sum, attempt) => sum + (attempt.seconds ?? 0), 0),
  };
}

function trainingOf({ manifest, training }: RunData, diagnosis: Diagnosis | null): Training | null {
  if (diagnosis === null) return null;
  return { format: manifest.trainingFormat ?? "", points: training, diagnosis, warnings: manifest.trainingWarnings };
}

function warningsOf(data: RunData): OutputWarning[] {
  return [...data.counts].flatMap(([task, counts]) =>
    counts.flatMap((count, index) =>
      [...count.warnings].map(([kind, times]) => ({
        task,
        checkpoint: data.checkpoints[index]?.id ?? "",
        kind,
        count: times,
        of: count.answered,
      })),
    ),
  );
}

import type { Estimate } from "../core/estimate.ts";
import { readItems } from "../run/items.ts";
import type { UnitInfo } from "../run/store/records.ts";
import { WHOLE_WORDS } from "../run/training-text.ts";
import { wordsOf } from "../run/word-grams.ts";
import { independentDifference } from "../stats/independent-difference.ts";
import type { Cell } from "./comparison.ts";
import { folderName, type Diagnostic } from "./diagnose/diagnostic.ts";
import { leadingMetric } from "./leading-metric.ts";
import type { RunData, RunMetric } from "./run-data.ts";
import { scanShard, unitKey } from "./shard-scan.ts";

/** How much better one checkpoint does on samples that it learned from. */
export interface CheckpointGap {
  readonly checkpoint: string;
  readonly train: Estimate;
  readonly test: Estimate;
  /** In the metric's unit, positive where the training samples go better, with its 95 % interval. */
  readonly gap: number;
  readonly lo: number;
  readonly hi: number;
  /**
   * Training targets (of three words or more) that come back word for word, of so many that were asked; null for tasks
   * that write no text.
   */
  readonly verbatim: { readonly count: number; readonly of: number } | null;
}

/** The generalisation gap of a task that has training samples, over the checkpoints. */
export interface GeneralisationGap {
  readonly task: string;
  /** Key of the metric on the test samples. */
  readonly metric: string;
  readonly checkpoints: readonly CheckpointGap[];
}

type Cells = Readonly<Record<string, readonly Cell[]>>;

/** Compares training with test samples, for every task that has both. */
export async function generalisationGaps(data: RunData, cells: Cells): Promise<GeneralisationGap[]> {
  const gaps: GeneralisationGap[] = [];
  for (const unit of data.manifest.units) {
    const row = unit.split === "train" ? metricOf(data, unit.task) : null;
    if (row === null) continue;
    const references = unit.kind === "generate" ? await longReferences(data, unit) : null;
    const checkpoints: CheckpointGap[] = [];
    for (const [index, { id, role }] of data.checkpoints.entries()) {
      const span = role === "series" ? spanOf(row, cells, index) : null;
      if (span === null) continue;
      const verbatim = references === null ? null : await verbatimOf(data, unit, { checkpoint: id, references });
      checkpoints.push({ checkpoint: id, ...span, verbatim });
    }
    gaps.push({ task: unit.task, metric: row.key, checkpoints });
  }
  return gaps;
}

function spanOf(
  { key, unit, metric }: RunMetric,
  cells: Cells,
  index: number,
): Omit<CheckpointGap, "checkpoint" | "verbatim"> | null {
  const test = cells[key]?.[index]?.estimate;
  const train = cells[key.replace(`${unit.task}/`, `${unit.task}@train/`)]?.[index]?.estimate;
  if (test == null || train == null) return null;
  const [better, worse] = metric.higherIsBetter ? [train, test] : [test, train];
  const { value, lo, hi } = independentDifference(better, worse);
  return { train, test, gap: value, lo, hi };
}

/** What tells right from wrong, otherwise the task's first metric. */
function metricOf(data: RunData, task: string): RunMetric | null {
  const first = data.metrics.find(({ unit, metric }) => unitKey(unit) === task && metric.diagnostic !== true);
  return leadingMetric(data, task)?.row ?? first ?? null;
}

type References = ReadonlyMap<number, ReadonlySet<string>>;

/** Position → references long enough not to be met by chance. */
async function longReferences(data: RunData, unit: UnitInfo): Promise<References> {
  const found = new Map<number, ReadonlySet<string>>();
  for await (const { i, references } of readItems(data.folder, unit)) {
    const long = references.map((each) => wordsOf(each)).filter((words) => words.length >= WHOLE_WORDS);
    if (long.length > 0) found.set(i, new Set(long.map((words) => words.join(" "))));
  }
  return found;
}

async function verbatimOf(
  { folder }: RunData,
  unit: UnitInfo,
  { checkpoint, references }: { readonly checkpoint: string; readonly references: References },
): Promise<CheckpointGap["verbatim"]> {
  let count = 0;
  let of = 0;
  await scanShard({ folder, checkpoint }, [unit], (_unit, _slot, { record }) => {
    const wanted = references.get(record.i);
    if (record.error !== undefined || record.repeat > 0 || wanted === undefined) return;
    of++;
    count += Number(wanted.has(wordsOf(record.output).join(" ")));
  });
  return of === 0 ? null : { count, of };
}

/** Says of the checkpoint to ship that it does better on what it learned from, if it does beyond chance. */
export function gapDiagnostics(gaps: readonly GeneralisationGap[], checkpoint: string): Diagnostic[] {
  return gaps.flatMap(({ task, metric, checkpoints }) => {
    const found = checkpoints.find((each) => each.checkpoint === checkpoint);
    const [first] = checkpoints;
    if (found === undefined || first === undefined || found.lo <= 0) return [];
    const { train, test, verbatim } = found;
    const before = first === found ? "" : `; at ${folderName(first.checkpoint)} it was ${short(first.gap)}`;
    const copied =
      verbatim === null || verbatim.count === 0
        ? ""
        : `; ${verbatim.count} of ${verbatim.of} training targets come back word for word`;
    return [
      {
        kind: "generalisation-gap",
        task,
        checkpoint,
        text:
          `${task}, ${folderName(checkpoint)}: ${metric} is ${short(train.value)} on ${train.n} samples that it learned from and ` +
          `${short(test.value)} on the test samples, a gap of ${short(found.gap)} [${short(found.lo)}, ${short(found.hi)}]${before}${copied}`,
      },
    ];
  });
}

function short(value: number): string {
  return value.toFixed(Math.abs(value) < 10 ? 2 : 1).replace("-", "−");
}

import type { Checkpoint } from "../core/checkpoint.ts";
import { mcnemarExact } from "../stats/mcnemar.ts";
import { leadingMetric, type RightOrWrong } from "./leading-metric.ts";
import { pairColumns, type MetricColumn } from "./metric-column.ts";
import type { RunData } from "./run-data.ts";
import { unitKey } from "./shard-scan.ts";

/**
 * How a sample's answer went over a series: "always" right or "never"; "learned", wrong until it was right for good;
 * "forgotten", right until it was wrong for good; "flip_flop", forgotten and then right again, or more turns than that.
 * A turn from right to wrong is a forgetting event (Toneva et al. 2019, arXiv 1812.05159).
 */
export type Trajectory = "always" | "learned" | "forgotten" | "flip_flop" | "never";

export const TRAJECTORIES: readonly Trajectory[] = ["always", "learned", "forgotten", "flip_flop", "never"];

/** The trajectories of a task's samples over one model's series. */
export interface TaskTrajectories {
  readonly task: string;
  readonly model: string;
  /** Row key of the metric that says what is right. */
  readonly metric: string;
  /** Ids of the series, by step. */
  readonly checkpoints: readonly string[];
  /** Samples that two checkpoints or more scored. */
  readonly n: number;
  readonly counts: Readonly<Record<Trajectory, number>>;
  /** Positions in the dataset of the samples that did not just learn, at most a hundred of each. */
  readonly samples: Readonly<Record<"forgotten" | "flip_flop" | "never", readonly number[]>>;
}

/** What the fine-tune cost of what the base model, its checkpoint at step 0, could do. */
export interface Forgetting {
  readonly task: string;
  readonly metric: string;
  readonly base: string;
  /** The checkpoint to ship, or the last of the series. */
  readonly checkpoint: string;
  /** Samples that both scored. */
  readonly n: number;
  /** Right before and after; right before only; right after only. */
  readonly kept: number;
  readonly lost: number;
  readonly gained: number;
  /** Two-sided exact McNemar test. */
  readonly p: number;
  /** Positions of lost samples, at most a hundred. */
  readonly samples: readonly number[];
}

const MOST_SAMPLES = 100;

/** The trajectory of one sample from its answers in the order of the series; null for fewer than two. */
export function trajectoryOf(answers: readonly boolean[]): Trajectory | null {
  let turns = 0;
  for (let at = 1; at < answers.length; at++) turns += Number(answers[at] !== answers[at - 1]);
  return answers.length < 2 ? null : classify(turns, answers[0] === true, answers.at(-1) === true);
}

function classify(turns: number, first: boolean, last: boolean): Trajectory {
  if (turns === 0) return last ? "always" : "never";
  if (turns === 1) return last ? "learned" : "forgotten";
  return turns === 2 && !first ? "forgotten" : "flip_flop";
}

/** Every test task's trajectories, for each model with two checkpoints in its series or more. */
export function taskTrajectories(data: RunData): TaskTrajectories[] {
  return testMetrics(data).flatMap(([task, leading]) =>
    [...seriesOf(data)].flatMap(([model, series]) => {
      const columns = columnsOf(data, leading, series);
      return columns.length < 2 ? [] : [trajectoriesOf(task, { model, leading, columns })];
    }),
  );
}

interface SeriesColumn {
  readonly checkpoint: Checkpoint;
  readonly column: MetricColumn;
}

function trajectoriesOf(
  task: string,
  from: { readonly model: string; readonly leading: RightOrWrong; readonly columns: readonly SeriesColumn[] },
): TaskTrajectories {
  const { model, leading, columns } = from;
  // Typed arrays rather than a list a sample: a million samples are no rarity.
  const size = leading.row.unit.n;
  const seen = new Uint16Array(size);
  const turns = new Uint16Array(size);
  const first = new Uint8Array(size);
  const last = new Uint8Array(size);
  for (const { column } of columns) {
    for (const [index, ordinal] of column.ordinals.entries()) {
      const right = Number(leading.isRight(column.perSample[index] as number));
      if (seen[ordinal] === 0) first[ordinal] = right;
      else if (right !== last[ordinal]) turns[ordinal] = (turns[ordinal] as number) + 1;
      last[ordinal] = right;
      seen[ordinal] = (seen[ordinal] as number) + 1;
    }
  }
  const counts = { always: 0, learned: 0, forgotten: 0, flip_flop: 0, never: 0 };
  const samples = { forgotten: [] as number[], flip_flop: [] as number[], never: [] as number[] };
  let n = 0;
  for (let ordinal = 0; ordinal < size; ordinal++) {
    if ((seen[ordinal] as number) < 2) continue;
    const trajectory = classify(turns[ordinal] as number, first[ordinal] === 1, last[ordinal] === 1);
    n++;
    counts[trajectory]++;
    if (trajectory === "always" || trajectory === "learned") continue;
    if (samples[trajectory].length < MOST_SAMPLES) samples[trajectory].push(ordinal);
  }
  const checkpoints = columns.map(({ checkpoint }) => checkpoint.id);
  return { task, model, metric: leading.row.key, checkpoints, n, counts, samples };
}

/** What was lost against the base model; none for series that do not begin at step 0. */
export function forgettingOf(data: RunData, ship: string | null): Forgetting[] {
  return testMetrics(data).flatMap(([task, leading]) =>
    [...seriesOf(data).values()].flatMap((series) => {
      const columns = columnsOf(data, leading, series);
      const base = columns.find(({ checkpoint }) => checkpoint.step === 0);
      const chosen = columns.find(({ checkpoint }) => checkpoint.id === ship) ?? columns.at(-1);
      if (base === undefined || chosen === undefined || base === chosen) return [];
      return [lossOf(task, { leading, base, chosen })];
    }),
  );
}

function lossOf(
  task: string,
  from: { readonly leading: RightOrWrong; readonly base: SeriesColumn; readonly chosen: SeriesColumn },
): Forgetting {
  const { leading, base, chosen } = from;
  const [before, after] = pairColumns(base.column, chosen.column);
  const counts = { n: before.ordinals.length, kept: 0, lost: 0, gained: 0 };
  const samples: number[] = [];
  for (const [index, ordinal] of before.ordinals.entries()) {
    const was = leading.isRight(before.perSample[index] as number);
    const is = leading.isRight(after.perSample[index] as number);
    counts.kept += Number(was && is);
    counts.gained += Number(!was && is);
    if (!was || is) continue;
    counts.lost++;
    if (samples.length < MOST_SAMPLES) samples.push(ordinal);
  }
  const p = mcnemarExact({ onlyA: counts.lost, onlyB: counts.gained });
  const ids = { base: base.checkpoint.id, checkpoint: chosen.checkpoint.id };
  return { task, metric: leading.row.key, ...ids, ...counts, p, samples };
}

/** Test tasks with the metric that says what is right. */
export function testMetrics(data: RunData): (readonly [string, RightOrWrong])[] {
  return data.manifest.units.flatMap((unit) => {
    if (unit.split !== "test") return [];
    const leading = leadingMetric(data, unitKey(unit));
    return leading === null ? [] : [[unitKey(unit), leading] as const];
  });
}

function seriesOf({ checkpoints }: RunData): Map<string, Checkpoint[]> {
  const inSeries = checkpoints.filter(({ role, step }) => role === "series" && step !== null);
  return Map.groupBy(inSeries, ({ model }) => model);
}

function columnsOf(data: RunData, { row }: RightOrWrong, series: readonly Checkpoint[]): SeriesColumn[] {
  const columns = data.columns.get(row.key) ?? [];
  return series.flatMap((checkpoint) => {
    const column = columns[data.checkpoints.indexOf(checkpoint)];
    return column == null ? [] : [{ checkpoint, column }];
  });
}

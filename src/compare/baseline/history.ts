import { changePoints, type ChangePoint } from "../../stats/change-points.ts";
import type { MetricColumn } from "../metric-column.ts";
import type { Acceptance, BaselineEstimate, BaselineFile } from "./baseline-file.ts";
import type { Baseline } from "./baseline.ts";

/** One committed state of a baseline file. */
export interface Revision {
  readonly commit: string;
  /** ISO 8601. */
  readonly at: string;
  readonly subject: string;
  readonly file: BaselineFile;
  readonly baseline: Baseline;
}

/** One metric at one revision. */
export interface HistoryPoint {
  readonly commit: string;
  readonly at: string;
  readonly subject: string;
  readonly checkpoint: string;
  readonly estimate: BaselineEstimate;
  /** Set where the level changed here. */
  readonly change: Omit<ChangePoint, "at"> | null;
  /** True where samples, prompt or judge changed here: what was before cannot be compared. */
  readonly isNewSeries: boolean;
  /** Drops that were accepted with this revision. */
  readonly accepted: readonly Acceptance[];
}

export interface MetricHistory {
  readonly metric: string;
  /** Oldest first. */
  readonly points: readonly HistoryPoint[];
}

/**
 * How every metric developed over the revisions of a baseline, oldest first, with its change points. Series are broken
 * where samples, prompt or judge changed.
 * @param alpha probability of a change point in a metric that did not change, at most; over all metrics together
 */
export function historyOf(revisions: readonly Revision[], alpha: number): MetricHistory[] {
  const metrics = [...new Set(revisions.flatMap(({ file }) => Object.keys(file.estimates)))];
  return metrics.map((metric) => {
    const present = revisions.filter(({ file }) => file.estimates[metric] !== undefined);
    const points = seriesOf(present, metric).flatMap((series, index) =>
      pointsOf(series, { metric, alpha: alpha / metrics.length, isFirst: index === 0 }),
    );
    return { metric, points };
  });
}

/** Runs of revisions whose scores can be paired. */
function seriesOf(revisions: readonly Revision[], metric: string): Revision[][] {
  const series: Revision[][] = [];
  let previous: string | null = null;
  for (const revision of revisions) {
    const identity = identityOf(revision.file, metric);
    if (identity === previous) series.at(-1)?.push(revision);
    else series.push([revision]);
    previous = identity;
  }
  return series;
}

function identityOf({ units, suite }: BaselineFile, metric: string): string {
  const unit = units.find(({ task }) => metric.startsWith(`${task}/`));
  const judges = unit?.judges.map(({ name, version, signature }) => [name, version, signature]);
  return JSON.stringify([suite.name, unit?.digest, unit?.repeats, judges]);
}

interface SeriesOptions {
  readonly metric: string;
  readonly alpha: number;
  readonly isFirst: boolean;
}

function pointsOf(series: readonly Revision[], { metric, alpha, isFirst }: SeriesOptions): HistoryPoint[] {
  const scores = alignedScores(series.map(({ baseline }) => baseline.columns.get(metric)));
  const changes = new Map(changePoints(scores, { alpha }).map(({ at, value, p }) => [at, { value, p }]));
  return series.flatMap(({ commit, at, subject, file }, index) => {
    const estimate = file.estimates[metric];
    if (estimate === undefined) return [];
    const known = new Set((series[index - 1]?.file.accepted ?? []).map((each) => each.at));
    return [
      {
        commit,
        at,
        subject,
        checkpoint: file.checkpoint.id,
        estimate,
        change: changes.get(index) ?? null,
        isNewSeries: index === 0 && !isFirst,
        accepted: index === 0 && isFirst ? [] : file.accepted.filter((each) => !known.has(each.at)),
      },
    ];
  });
}

/** Scores of the samples that all revisions have; empty where there are none. */
function alignedScores(columns: readonly (MetricColumn | undefined)[]): Float64Array[] {
  const present = columns.filter((column) => column !== undefined);
  const [first] = present;
  if (first === undefined || present.length < columns.length) return [];
  const sets = present.map(({ ordinals }) => new Set(ordinals));
  const common = new Set([...first.ordinals].filter((ordinal) => sets.every((set) => set.has(ordinal))));
  return present.map(({ ordinals, perSample }) =>
    perSample.filter((_, index) => common.has(ordinals[index] as number)),
  );
}

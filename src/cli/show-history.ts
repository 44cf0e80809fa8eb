import { escapeText } from "../../reports/escape-text.ts";
import { formatDelta, formatP, intervalText } from "../../reports/number-format.ts";
import type { HistoryPoint, MetricHistory } from "../compare/baseline/history.ts";

const SUBJECT_WIDTH = 48;

/** A metric's history as lines: a commit each, changes of level marked. */
export function historyLines({ metric, points }: MetricHistory): string[] {
  const better = points.at(-1)?.estimate.higher_is_better === false ? " (lower is better)" : "";
  return [`${escapeText(metric)}${better}`, ...points.flatMap(pointLines), ""];
}

function pointLines({ commit, at, subject, estimate, change, isNewSeries, accepted }: HistoryPoint): string[] {
  const { unit, higher_is_better: higherIsBetter } = estimate;
  const mark = change === null ? " " : change.value > 0 ? "▲" : "▼";
  const word = change === null ? "" : change.value > 0 === higherIsBetter ? "better" : "worse";
  const level = change === null ? "" : `  ${word}: ${formatDelta(change.value, unit)}, ${formatP(change.p)}`;
  const title = escapeText(subject).slice(0, SUBJECT_WIDTH);
  return [
    ...(isNewSeries ? ["    – samples, prompt or judge changed: not comparable with what is above –"] : []),
    `  ${mark} ${at.slice(0, 10)} ${commit.slice(0, 8)}  ${intervalText(estimate, unit)}  ${title}${level}`,
    ...accepted.map(({ reason }) => `      accepted: ${escapeText(reason)}`),
  ];
}

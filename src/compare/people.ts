import { humanStats, type HumanStats } from "../human/stats/index.ts";
import { judgeAgreement, type JudgeAgreement, type JudgedMetric } from "../human/stats/judge-agreement.ts";
import { judgedItems } from "../human/stats/judged-item.ts";
import type { JudgedSheet } from "../human/store.ts";
import { HUMAN_METRIC } from "../suite/suite.ts";
import type { MetricColumn } from "./metric-column.ts";
import type { RunData, RunMetric } from "./run-data.ts";
import { unitKey } from "./shard-scan.ts";

/** What people said on one sheet, and how far every judge goes along with them. */
export interface PeopleView extends HumanStats {
  readonly judges: readonly JudgeAgreement[];
}

export function peopleView(data: RunData, { key, answers }: JudgedSheet): PeopleView {
  const metrics = data.metrics.filter((row) => row.unit.split === "test" && isJudge(row));
  const judged = metrics.map((row) => judgedMetric(data, row));
  return { ...humanStats(key, answers), judges: judgeAgreement(judgedItems(key, answers), judged, key.form) };
}

/** Whether a metric judges answers: people are what it is compared with, and diagnostics tell of the judging. */
function isJudge({ unit, judge, metric }: RunMetric): boolean {
  const { module } = unit.judges.find(({ name }) => name === judge.name) ?? {};
  return module !== HUMAN_METRIC && metric.diagnostic !== true;
}

function judgedMetric({ columns, checkpoints, people }: RunData, { key, unit, metric }: RunMetric): JudgedMetric {
  const task = unitKey(unit);
  return {
    key,
    task,
    higherIsBetter: metric.higherIsBetter,
    range: metric.range,
    scoreOf(sample, checkpoint) {
      const ordinal = people.ordinalOf(task, sample);
      const column = columns.get(key)?.[checkpoints.findIndex(({ id }) => id === checkpoint)];
      return ordinal === undefined || column == null ? null : scoreAt(column, ordinal);
    },
  };
}

function scoreAt({ ordinals, perSample }: MetricColumn, ordinal: number): number | null {
  let low = 0;
  let high = ordinals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ordinals[middle] as number) < ordinal) low = middle + 1;
    else high = middle;
  }
  return ordinals[low] === ordinal ? (perSample[low] ?? null) : null;
}

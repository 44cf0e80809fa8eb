import { EvalhError } from "../../core/errors.ts";
import type { UnitInfo } from "../../run/store/records.ts";
import { HUMAN_METRIC, isFailureRate, isMeasured, type Gate } from "../../suite/suite.ts";
import type { MetricColumn } from "../metric-column.ts";
import type { RunData, RunMetric } from "../run-data.ts";
import { gatedUnits } from "../gate/gate-samples.ts";
import type { Measurements } from "../measured/measurements.ts";
import { unitKey } from "../shard-scan.ts";

/** What a run is compared with over time: one checkpoint of an earlier run, sample by sample. */
export interface Baseline {
  /** Where it comes from, for people: a file's path or a run's name. */
  readonly name: string;
  readonly suite: string;
  /** Id of the checkpoint. */
  readonly checkpoint: string;
  readonly units: readonly UnitInfo[];
  /** Metric key → its scores; a metric without any is missing. */
  readonly columns: ReadonlyMap<string, MetricColumn>;
  /** Times, missing answers, memory and energy; null in files of before they were kept. Read when it is asked for. */
  readonly measured: () => Promise<Measurements | null>;
}

/** Why the answers to a unit's samples cannot be held against a baseline's; null where they can. */
export function unitConflict(
  baseline: Pick<Baseline, "units">,
  now: UnitInfo,
  allowed: { readonly prompts: boolean } = { prompts: false },
): string | null {
  const unit = baseline.units.find((each) => unitKey(each) === unitKey(now));
  const name = unitKey(now);
  if (unit === undefined) return `the baseline has no task "${name}"`;
  if (unit.digest !== now.digest && !allowed.prompts) return `the samples or the prompt of task "${name}" changed`;
  return unit.repeats === now.repeats ? null : `task "${name}" asks ${now.repeats} answers, not ${unit.repeats}`;
}

/**
 * Why a metric of a run cannot be held against a baseline; null where it can. Scores of other samples or prompts, or by
 * another version of a judge, differ for reasons that are not the model's.
 *
 * @param allowed.prompts true where the samples are known to be the same and other prompts are meant
 */
export function metricConflict(
  baseline: Baseline,
  row: RunMetric,
  allowed: { readonly prompts: boolean } = { prompts: false },
): string | null {
  const conflict = unitConflict(baseline, row.unit, allowed);
  if (conflict !== null) return conflict;
  const unit = baseline.units.find((each) => unitKey(each) === unitKey(row.unit));
  const name = unitKey(row.unit);
  const now = row.unit.judges.find((judge) => judge.name === row.judge.name);
  const then = unit?.judges.find((judge) => judge.name === row.judge.name);
  if (then === undefined) return `the baseline has no judge "${row.judge.name}" in task "${name}"`;
  if (now?.version !== then.version || now.module !== then.module) {
    return `judge "${row.judge.name}" changed from version ${then.version} to ${now?.version ?? "none"}`;
  }
  if (now.signature !== then.signature) {
    return `judge "${row.judge.name}" scores by other settings: ${then.signature}, now ${now.signature}`;
  }
  return null;
}

/** A run without its scores. */
type RunHead = Pick<RunData, "manifest" | "metrics">;

/** The metrics of a run that its paired gates need. People may not have judged the baseline: such a gate is undecided. */
function gatedRows(data: RunHead, gates: readonly Gate[]): RunMetric[] {
  const keys = new Set(gates.filter(({ mode }) => mode !== "threshold").map(({ metric }) => metric));
  return data.metrics.filter(({ key, unit, judge }) => {
    const { module } = unit.judges.find(({ name }) => name === judge.name) ?? {};
    return keys.has(key) && module !== HUMAN_METRIC;
  });
}

/** Why the gates of a run cannot be held against a baseline, each reason once. */
export function baselineConflicts(data: RunHead, baseline: Baseline, gates: readonly Gate[]): string[] {
  if (baseline.suite !== data.manifest.suite.name) {
    return [`it is of suite "${baseline.suite}", the run of suite "${data.manifest.suite.name}"`];
  }
  const paired = gates.filter(
    ({ mode, metric }) => mode !== "threshold" && (isMeasured(metric) || isFailureRate(metric)),
  );
  const reasons = [
    ...gatedRows(data, gates).map((row) => metricConflict(baseline, row)),
    ...paired.flatMap(({ metric }) => gatedUnits(data, metric)).map((unit) => unitConflict(baseline, unit)),
  ];
  return [...new Set(reasons.filter((reason) => reason !== null))];
}

/** @throws EvalhError E_NOT_COMPARABLE if the gates of the run cannot be held against the baseline */
export function requireComparable(data: RunHead, baseline: Baseline, gates: readonly Gate[]): void {
  const reasons = baselineConflicts(data, baseline, gates);
  if (reasons.length === 0) return;
  throw new EvalhError("E_NOT_COMPARABLE", `cannot be compared with ${baseline.name}: ${reasons.join("; ")}`, {
    hint: 'if the change is meant, make a new baseline: `evalh baseline update --accept "why"`',
  });
}

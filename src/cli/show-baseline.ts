import { escapeText } from "../../reports/escape-text.ts";
import { formatDelta, formatP, intervalText } from "../../reports/number-format.ts";
import type { BaselineFile } from "../compare/baseline/baseline-file.ts";
import type { BaselineChange } from "../compare/baseline/changes.ts";

/** The difference to the old baseline, a line a metric. */
export function changeLines(changes: readonly BaselineChange[], old: BaselineFile | null): string[] {
  if (old === null) return ["there was no baseline before"];
  return [
    `against ${escapeText(old.checkpoint.id)} of run ${escapeText(old.run.id)}:`,
    ...changes.map((change) => `  ${change.worse ? "▼" : change.conflict === null ? " " : "?"} ${changeLine(change)}`),
  ];
}

/** "title/bleu −2.1 [−3.4, −0.9], p = 0.002 (12 rose, 31 fell)". */
export function changeLine({ row, difference, conflict }: BaselineChange): string {
  const key = escapeText(row.key);
  if (difference === null) return `${key}: not comparable: ${escapeText(conflict ?? "")}`;
  const { unit } = row.metric;
  const { value, lo, hi, pAdjusted, fixed, broken, same, test } = difference;
  const delta = formatDelta(value, unit);
  // Totals have no samples left that could be compared.
  if (test.startsWith("none (totals")) return `${key} ${delta}, and nothing to tell noise by: it is a total`;
  const change = `${key} ${delta} [${formatDelta(lo, unit)}, ${formatDelta(hi, unit)}], ${formatP(pAdjusted)}`;
  if (fixed + broken + same === 0) return change;
  if (fixed + broken === 0) return `${key} unchanged on every sample`;
  return `${change} (${fixed} better, ${broken} worse)`;
}

/** "measured on 2 × AMD EPYC, … : 3 runs, memory 812 MiB". */
function measuredLine(measured: BaselineFile["measured"]): string {
  if (measured === undefined) return "  no times, memory or energy: made by an earlier evalh";
  const { conditions, runs } = measured;
  const { machine, backend, concurrency } = conditions;
  const where = [machine, backend, concurrency === null ? null : `${concurrency} at a time`]
    .map((part) => escapeText(part ?? "not recorded"))
    .join("; ");
  return `  measured in ${runs.length} ${runs.length === 1 ? "run" : "runs"} on ${where}`;
}

export function describeBaseline(
  { suite, run, checkpoint, estimates, accepted, units, measured }: BaselineFile,
  file: string,
): string {
  const samples = units.reduce((sum, { n }) => sum + n, 0);
  const lines = [
    `${file}: ${escapeText(checkpoint.id)} on ${escapeText(suite.name)} v${suite.version}, ${samples} samples`,
    `  run ${escapeText(run.id)} of ${run.started_at}, evalh ${escapeText(run.evalh)}`,
    ...Object.entries(estimates).map(
      ([key, estimate]) => `  ${escapeText(key)} ${intervalText(estimate, estimate.unit)} n=${estimate.n}`,
    ),
    measuredLine(measured),
    ...accepted.flatMap(({ at, reason, worse }) => [
      `  accepted ${at.slice(0, 10)}: ${escapeText(reason)}`,
      ...worse.map((line) => `    ${escapeText(line)}`),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

import type { Comparison, MetricRow, SliceTable } from "../src/compare/comparison.ts";
import type { Estimate } from "../src/core/estimate.ts";
import { unrelatedLines } from "./agreement-view.ts";
import { checkpointLabels } from "./checkpoint-label.ts";
import { escapeText } from "./escape-text.ts";
import { testRows } from "./metric-view.ts";
import { formatCount, plural } from "./number-format.ts";

export interface SliceHighlight {
  readonly row: MetricRow;
  readonly slice: SliceTable;
  readonly estimate: Estimate;
  readonly overall: Estimate;
}

/** Slices with fewer samples say little whatever they score. */
export const FEW_SAMPLES = 20;

/**
 * Slices that the base checkpoint does worse on than on the whole: their interval lies wholly on the wrong side of the
 * overall value. Worst first by the distance between the intervals' middle and the overall value, one list a metric.
 */
export function weakSlices(comparison: Comparison, most: number): readonly SliceHighlight[] {
  const index = comparison.checkpoints.findIndex(({ id }) => id === comparison.base);
  return leadingRows(comparison).flatMap((row) => {
    const overall = comparison.cells[row.key]?.[index]?.estimate;
    if (overall == null) return [];
    const sign = row.higherIsBetter ? 1 : -1;
    return comparison.slices
      .flatMap((slice) => {
        const estimate = slice.estimates[row.key]?.[index];
        if (slice.task !== row.task || estimate == null) return [];
        const isWorse = row.higherIsBetter ? estimate.hi < overall.value : estimate.lo > overall.value;
        return isWorse ? [{ row, slice, estimate, overall }] : [];
      })
      .sort((a, b) => sign * (a.estimate.value - b.estimate.value))
      .slice(0, most);
  });
}

/** The first metric of each task. */
export function leadingRows(comparison: Comparison): readonly MetricRow[] {
  const seen = new Set<string>();
  return testRows(comparison).filter(({ task }) => !seen.has(task) && seen.add(task));
}

/** What makes scores suspect, in words: an unfinished run, failed samples, odd outputs, the log's own warnings. */
export function warningLines(comparison: Comparison): readonly string[] {
  return [
    ...runWarnings(comparison),
    ...failureWarnings(comparison),
    ...unrelatedLines(comparison, checkpointLabels(comparison.checkpoints)).map((text) => escapeText(text)),
    ...outputWarnings(comparison),
    ...logWarnings(comparison),
    ...dataWarnings(comparison),
    ...(comparison.resources?.warnings ?? []).map((text) => escapeText(text)),
  ];
}

function runWarnings({ run }: Comparison): string[] {
  return run.state === "complete" ? [] : [`the run is ${run.state}: not every sample has an answer`];
}

function failureWarnings(comparison: Comparison): string[] {
  const label = checkpointLabels(comparison.checkpoints);
  return comparison.checkpoints.flatMap(({ id }, index) => {
    const byTask = new Map<string, { failed: number; of: number }>();
    for (const row of testRows(comparison)) {
      const cell = comparison.cells[row.key]?.[index];
      if (cell === undefined || cell.failed <= (byTask.get(row.task)?.failed ?? 0)) continue;
      byTask.set(row.task, { failed: cell.failed, of: cell.failed + cell.skipped + (cell.estimate?.n ?? 0) });
    }
    return [...byTask].map(
      ([task, { failed, of }]) =>
        `${label(id)}: ${plural(failed, "sample")} of ${formatCount(of)} failed in ${escapeText(task)} and are left out of its scores`,
    );
  });
}

function outputWarnings(comparison: Comparison): string[] {
  const label = checkpointLabels(comparison.checkpoints);
  // What happens on validation samples shows on the test samples as well; once is enough.
  const tested = comparison.warnings.filter(({ task }) => !task.endsWith("@validation"));
  const groups = Map.groupBy(tested, ({ task, kind }) => JSON.stringify([task, kind]));
  return [...groups.values()].map((group) => {
    const [first] = group;
    const parts = group
      .toSorted((a, b) => b.count / b.of - a.count / a.of)
      .slice(0, 3)
      .map(({ checkpoint, count, of }) => `${label(checkpoint)} ${formatCount(count)} of ${formatCount(of)}`);
    const rest = group.length > 3 ? `, ${group.length - 3} more` : "";
    return `${outputsOf(first?.kind ?? "")} in ${escapeText(first?.task ?? "")}: ${parts.join(", ")}${rest}`;
  });
}

function outputsOf(kind: string): string {
  const known: Readonly<Record<string, string>> = {
    truncated: "outputs cut at the token limit",
    no_end_of_text: "outputs that did not end",
    repeats: "outputs that repeat themselves",
    wrong_script: "outputs in another script than the references",
    not_extracted: "outputs without an answer to read",
    copied_prompt: "outputs copied from the prompt",
  };
  return known[kind] ?? `${escapeText(kind)} outputs`;
}

function logWarnings({ training }: Comparison): string[] {
  return (training?.warnings ?? []).map((text) => `training log: ${escapeText(text)}`);
}

function dataWarnings({ dataChecks }: Comparison): string[] {
  return dataChecks.flatMap(({ dataset, findings }) =>
    findings
      .filter(({ level }) => level === "problem")
      .map(({ count, message }) => `data: ${formatCount(count)} ${escapeText(message)} (${escapeText(dataset)})`),
  );
}

/** The verdict in a word or two, for labels. */
export function verdictLabel({ verdict }: Comparison): {
  readonly word: string;
  readonly tone: "good" | "warn" | "bad";
} {
  switch (verdict.kind) {
    case "pass":
      return { word: "pass", tone: "good" };
    case "overfit":
      return { word: "overfit", tone: "warn" };
    case "diverged":
      return { word: "diverged", tone: "bad" };
    case "regressed":
      return { word: "regressed", tone: "bad" };
    case "inconclusive":
      return { word: "inconclusive", tone: "warn" };
    default:
      return verdict satisfies never;
  }
}

/** "400 samples", or the range where tasks differ. */
export function sampleCount(comparison: Comparison): string {
  const byTask = new Map<string, number>();
  for (const row of testRows(comparison)) {
    for (const cell of comparison.cells[row.key] ?? []) {
      byTask.set(row.task, Math.max(byTask.get(row.task) ?? 0, (cell.estimate?.n ?? 0) + cell.failed + cell.skipped));
    }
  }
  const counts = [...byTask.values()];
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.length > 1 ? `${plural(total, "sample")} in ${counts.length} tasks` : plural(total, "sample");
}

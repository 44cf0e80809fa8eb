import type { Comparison } from "../src/compare/comparison.ts";
import { exposition, type Family, type Point } from "./exposition.ts";
import { gateWord } from "./gate-view.ts";
import { cellOf, testRows } from "./metric-view.ts";
import { textReport } from "./report-module.ts";

/**
 * GitLab compares values of equal names and labels between two branches, as text. So labels hold nothing that changes
 * by itself, such as the checkpoint to ship or the run, and values are rounded to what they can tell.
 */
export const gitlabMetrics = textReport({
  name: "gitlab-metrics",
  summary: "Scores of the checkpoint to ship as OpenMetrics text, for GitLab's metrics report.",
  extension: "txt",
  mark: /^# HELP evalh_/u,
  render: (comparison) => `${exposition(families(comparison))}# EOF\n`,
});

function families(comparison: Comparison): Family[] {
  const id = comparison.ship?.checkpoint ?? comparison.base;
  const index = comparison.checkpoints.findIndex((checkpoint) => checkpoint.id === id);
  const scores = testRows(comparison).flatMap((row): Point[] => {
    const value = cellOf(comparison, row.key, index)?.estimate?.value;
    return value === undefined ? [] : [{ labels: { metric: row.key }, value: Number(value.toPrecision(4)) }];
  });
  const gates = comparison.gates.map((result): Point => ({
    labels: { gate: result.name },
    value: gateWord(result) === "pass" ? 1 : 0,
  }));
  return [
    { name: "evalh_score", help: "Scores of the checkpoint to ship.", points: scores },
    { name: "evalh_gate_passed", help: "1 where the gate passed.", points: gates },
  ];
}

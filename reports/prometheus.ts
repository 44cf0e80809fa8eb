import type { Cell, Comparison } from "../src/compare/comparison.ts";
import { exposition, type Family, type Point } from "./exposition.ts";
import { textReport } from "./report-module.ts";

export const prometheusReport = textReport({
  name: "prometheus",
  summary: "Every score and gate as Prometheus text, for a Pushgateway or the textfile collector.",
  extension: "prom",
  mark: /^# HELP evalh_/u,
  render: (comparison) => exposition(families(comparison)),
});

function families(comparison: Comparison): Family[] {
  const { suite, run } = comparison;
  const cells = pointsOf(comparison);
  const score = (name: string, help: string, value: (cell: Cell) => number | undefined): Family => ({
    name: `evalh_${name}`,
    help,
    points: cells.flatMap(({ labels, cell }) => {
      const found = value(cell);
      return found === undefined ? [] : [{ labels, value: found }];
    }),
  });
  return [
    score("score", "Value of a metric.", ({ estimate }) => estimate?.value),
    score("score_lower", "Lower bound of its 95 % interval.", ({ estimate }) => estimate?.lo),
    score("score_upper", "Upper bound of its 95 % interval.", ({ estimate }) => estimate?.hi),
    score("scored_samples", "Samples behind it.", ({ estimate }) => estimate?.n ?? 0),
    score("failed_samples", "Samples without a score because something failed.", ({ failed }) => failed),
    { name: "evalh_gate", help: "1 for the outcome that a gate had.", points: gatePoints(comparison) },
    {
      name: "evalh_run_seconds",
      help: "How long the run took.",
      points: [{ labels: { suite: suite.name }, value: run.seconds }],
    },
  ];
}

function pointsOf({ suite, rows, checkpoints, cells }: Comparison): { labels: Point["labels"]; cell: Cell }[] {
  return rows.flatMap(({ key, split }) =>
    checkpoints.flatMap(({ id, model, step }, index) => {
      const cell = cells[key]?.[index];
      if (cell === undefined) return [];
      const labels = { suite: suite.name, model, checkpoint: id, ...(step === null ? {} : { step: String(step) }) };
      return [{ labels: { ...labels, metric: key, split }, cell }];
    }),
  );
}

function gatePoints({ suite, gates }: Comparison): Point[] {
  return gates.flatMap(({ name, outcome, gate }) =>
    (["pass", "fail", "inconclusive"] as const).map((each) => ({
      labels: { suite: suite.name, gate: name, severity: gate.severity, outcome: each },
      value: each === outcome ? 1 : 0,
    })),
  );
}

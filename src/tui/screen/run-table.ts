import { lineWidth, padLine, span, type Line } from "../../../reports/console/span.ts";
import { cutMiddle } from "../../../reports/console/text-width.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { formatCount, formatScore, marginText, MISSING } from "../../../reports/number-format.ts";
import type { CheckpointState, MetricFacts, Snapshot } from "../model/snapshot.ts";
import { progressBar } from "../view/bar.ts";
import { frame, insideFrame } from "../view/frame.ts";
import type { Size, TuiLine } from "../view/line.ts";
import { windowAround } from "../view/window.ts";

const NAME_WIDTH = 24;
const METRIC_WIDTH = 20;
const BAR_WIDTH = 8;
const GAP = 3;

/** A line a checkpoint: how far it is, and its scores as far as they are known. */
export function drawCheckpoints(snapshot: Snapshot, size: Size): TuiLine[] {
  const { checkpoints } = snapshot;
  const inside = insideFrame(size);
  const cursor = checkpoints.findIndex(({ checkpoint, state }) =>
    snapshot.state === "running" ? state === "running" : checkpoint.id === snapshot.comparison?.ship?.checkpoint,
  );
  const shown = windowAround(cursor, { count: checkpoints.length, room: inside.height - 1 });
  const columns = fittingColumns(snapshot, inside.width);
  const rows = checkpoints.slice(shown.start, shown.end).map((_, offset) => shown.start + offset);
  const lines = [
    rowOf(columns, ({ title }) => title),
    ...rows.map((index) => rowOf(columns, ({ cells }) => cells[index] ?? [])),
  ];
  const hidden = checkpoints.length - rows.length;
  const note = hidden > 0 ? [span(`${hidden} more`, "dim")] : [];
  return frame(lines, { ...size, title: [span("Checkpoints", "bold")], note });
}

interface TableColumn {
  readonly title: Line;
  readonly align: "left" | "right";
  readonly cells: readonly Line[];
  readonly width: number;
}

/** Name and progress, then as many metrics as the width allows. */
function fittingColumns(snapshot: Snapshot, width: number): readonly TableColumn[] {
  const columns = [nameColumn(snapshot), samplesColumn(snapshot)].filter((column) => column.width > 0);
  let used = columns.reduce((sum, column) => sum + column.width + GAP, -GAP);
  for (const row of snapshot.rows) {
    const column = metricColumn(snapshot, row);
    if (used + GAP + column.width > width) break;
    columns.push(column);
    used += GAP + column.width;
  }
  return columns;
}

function rowOf(columns: readonly TableColumn[], cellOf: (column: TableColumn) => Line): TuiLine {
  return columns.flatMap((column, index) => [
    ...(index === 0 ? [] : [span(" ".repeat(GAP))]),
    ...padLine(cellOf(column), column.width, column.align),
  ]);
}

function column(title: Line, align: TableColumn["align"], cells: readonly Line[]): TableColumn {
  return { title, align, cells, width: Math.max(lineWidth(title), ...cells.map(lineWidth)) };
}

function nameColumn({ checkpoints, comparison }: Snapshot): TableColumn {
  const label = checkpointLabels(checkpoints.map(({ checkpoint }) => checkpoint));
  const cells = checkpoints.map(({ checkpoint, state }): Line => {
    const isShip = checkpoint.id === comparison?.ship?.checkpoint;
    const name = cutMiddle(label(checkpoint.id), NAME_WIDTH);
    const indent = checkpoint.role === "variant" ? "└ " : "";
    return [stateSign(state, isShip), span(` ${indent}`, "dim"), span(name, isShip ? "bold" : "plain")];
  });
  return column([span("  checkpoint", "dim")], "left", cells);
}

function stateSign(state: CheckpointState["state"], isShip: boolean): Line[number] {
  if (isShip) return span("▶", "accent");
  switch (state) {
    case "waiting":
      return span("·", "dim");
    case "running":
      return span("▸", "accent");
    case "done":
      return span("✓", "good");
    case "failed":
      return span("✗", "bad");
    default:
      return state satisfies never;
  }
}

/** Left out once every checkpoint has all its answers: then it says nothing. */
function samplesColumn({ checkpoints }: Snapshot): TableColumn {
  if (checkpoints.every(({ done, total }) => done === total)) return column([], "left", []);
  const cells = checkpoints.map(({ state, done, total, failed }): Line => {
    if (state === "waiting" && done === 0) return [span(formatCount(total), "dim")];
    const count = done === total ? formatCount(done) : `${formatCount(done)}/${formatCount(total)}`;
    return [
      ...(state === "running" ? [span(`${progressBar(done / Math.max(1, total), BAR_WIDTH)} `, "accent")] : []),
      span(count),
      ...(failed === 0 ? [] : [span(` ${formatCount(failed)} failed`, "bad")]),
    ];
  });
  return column([span("samples", "dim")], "right", cells);
}

function metricColumn({ checkpoints, scores }: Snapshot, row: MetricFacts): TableColumn {
  const estimates = scores[row.key] ?? [];
  const best = bestOf(
    estimates.filter((_, index) => checkpoints[index]?.state === "done"),
    row,
  );
  const cells = checkpoints.map(({ state, done }, index): Line => {
    const estimate = estimates[index] ?? null;
    if (estimate === null) return state === "waiting" || state === "running" ? [] : [span(MISSING, "dim")];
    // Answers do not come in random order: what is not finished is no score yet.
    const isPartial = state !== "done" && done > 0;
    const isBest = best !== null && estimate.value === best && !isPartial;
    return [
      isPartial ? span("~", "dim") : span(isBest ? "•" : " ", "accent"),
      span(formatScore(estimate.value, row.unit), isPartial ? "dim" : isBest ? "bold" : "plain"),
      span(` ${marginText(estimate, row.unit)}`, "dim"),
    ];
  });
  return column([span(cutMiddle(escapeText(row.key), METRIC_WIDTH), "bold")], "right", cells);
}

/** The best value where at least two differ. */
function bestOf(estimates: Snapshot["scores"][string], { higherIsBetter }: MetricFacts): number | null {
  const values = estimates.flatMap((each) => (each === null ? [] : [each.value]));
  if (new Set(values).size < 2) return null;
  return higherIsBetter ? Math.max(...values) : Math.min(...values);
}

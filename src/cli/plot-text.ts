import { seriesOf, testRows } from "../../reports/metric-view.ts";
import type { Comparison } from "../compare/comparison.ts";
import { drawPlots, plotColumns, type PlotSource } from "../tui/screen/run-plots.ts";
import { paint } from "../tui/view/paint.ts";
import { columnsOf, useColor, type CliIo } from "./io.ts";

const WIDEST = 160;
const ROWS = 14;

/** The losses and every metric over the steps as braille curves, below each other; needs no terminal. */
export function plotText(comparison: Comparison, io: CliIo): string {
  const source = sourceOf(comparison);
  const count = source.rows.length + (source.training.length > 0 ? 1 : 0);
  if (count === 0 || seriesOf(comparison).every(({ checkpoint }) => checkpoint.step === null))
    return "\nnothing to draw: the checkpoints have no steps\n";
  const width = Math.min(WIDEST, columnsOf(io, io.stdout));
  const height = ROWS * Math.ceil(count / plotColumns(width));
  const color = useColor(io, io.stdout);
  const lines = drawPlots(source, { width, height }).map((line) => paint(line, color).trimEnd());
  return `\n${lines.join("\n")}\n`;
}

function sourceOf(comparison: Comparison): PlotSource {
  const { checkpoints, training, cells } = comparison;
  const rows = testRows(comparison);
  return {
    comparison,
    rows,
    training: training?.points ?? [],
    diagnosis: training?.diagnosis ?? null,
    checkpoints: checkpoints.map((checkpoint) => ({ checkpoint, state: "done", done: 0, total: 0, failed: 0 })),
    scores: Object.fromEntries(rows.map(({ key }) => [key, (cells[key] ?? []).map(({ estimate }) => estimate)])),
  };
}

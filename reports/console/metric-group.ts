import type { Cell, Comparison, MetricRow } from "../../src/compare/comparison.ts";
import { escapeText } from "../escape-text.ts";
import { bestOf, cellOf, changeOf, signedChange } from "../metric-view.ts";
import { formatScore, marginText, MISSING } from "../number-format.ts";
import type { ColumnGroup } from "./column-blocks.ts";
import { span, type Line, type Look } from "./span.ts";
import { cutMiddle } from "./text-width.ts";

/** Longest metric name shown in full. */
const HEADER_WIDTH = 28;
const BARS = "▁▂▃▄▅▆▇█";

export interface MetricGroupOptions {
  /** Indices of the checkpoints shown, one a row. */
  readonly shown: readonly number[];
  /** What the change column says of a checkpoint that is itself the point of comparison. */
  readonly reference: (index: number) => string | null;
  /** The rows are the series: a header line draws it as bars, and its best is marked. */
  readonly trend: boolean;
}

/** A metric's columns: value, ± half the interval, change with arrow and sign, mark of significance. */
export function metricGroup(comparison: Comparison, row: MetricRow, options: MetricGroupOptions): ColumnGroup {
  const best = options.trend ? bestOf(comparison, row) : new Set<number>();
  const cells = options.shown.map((index) => ({ index, cell: cellOf(comparison, row.key, index) }));
  return {
    header: [metricHeader(row), ...(options.trend ? [trendLine(cells.map(({ cell }) => cell))] : [])],
    columns: [
      { align: "right", cells: cells.map(({ index, cell }) => valueCell(cell, row, best.has(index))) },
      { align: "left", cells: cells.map(({ cell }) => marginCell(cell, row)) },
      { align: "right", cells: cells.map(({ index, cell }) => changeCell(cell, row, options.reference(index))) },
      { align: "left", cells: cells.map(({ cell }) => [span(cell?.difference?.significant === true ? "*" : "")]) },
    ],
  };
}

function metricHeader(row: MetricRow): Line {
  const name = cutMiddle(escapeText(row.key), HEADER_WIDTH);
  return [span(name, "bold"), span(row.higherIsBetter ? "" : " (lower is better)", "dim")];
}

function valueCell(cell: Cell | null, row: MetricRow, isBest: boolean): Line {
  if (cell === null || cell.estimate === null) return [span(MISSING, "dim")];
  const text = formatScore(cell.estimate.value, row.unit);
  return isBest ? [span("•", "accent"), span(text, "bold")] : [span(text)];
}

function marginCell(cell: Cell | null, row: MetricRow): Line {
  return cell?.estimate == null ? [] : [span(marginText(cell.estimate, row.unit), "dim")];
}

function changeCell(cell: Cell | null, row: MetricRow, reference: string | null): Line {
  if (reference !== null) return [span(reference, "dim")];
  const difference = cell?.difference ?? null;
  if (difference === null) return [];
  const looks: Readonly<Record<ReturnType<typeof changeOf>, Look>> = { better: "good", worse: "bad", none: "dim" };
  return [span(signedChange(difference.value, row), looks[changeOf(row, difference)])];
}

/** One bar a checkpoint, scaled between the lowest and the highest. */
function trendLine(cells: readonly (Cell | null)[]): Line {
  const values = cells.map((cell) => cell?.estimate?.value ?? Number.NaN);
  const known = values.filter(Number.isFinite);
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  if (known.length < 2 || range === 0) return [];
  const bars = values.map((value) =>
    Number.isFinite(value) ? (BARS[Math.round(((value - low) / range) * (BARS.length - 1))] ?? " ") : " ",
  );
  return [span(bars.join(""), "dim")];
}

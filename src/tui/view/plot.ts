import { lineWidth, span, type Look } from "../../../reports/console/span.ts";
import { canvas, joinSpans, type Canvas, type Dot } from "./braille.ts";
import { fitLine, type Size, type TuiLine } from "./line.ts";

export interface PlotPoint {
  readonly x: number;
  readonly y: number;
  /** Bounds of an interval around `y`, drawn as a bar. */
  readonly lo?: number;
  readonly hi?: number;
}

export interface PlotSeries {
  readonly points: readonly PlotPoint[];
  readonly look: Look;
  /** Every how many dots one is set: lines must differ without colour. */
  readonly gap: number;
  /** A character on each point, for series of few points. */
  readonly mark?: string;
}

export interface Plot {
  readonly series: readonly PlotSeries[];
  /** Smallest and largest x; shared by plots that stand above each other. */
  readonly domain: readonly [number, number];
  /** A span of x that is marked at both ends, such as where overfitting began. */
  readonly band: { readonly lo: number; readonly hi: number } | null;
  /** An x with a sign of its own on the axis, such as the checkpoint to ship. */
  readonly flag: number | null;
  readonly format: (y: number) => string;
}

/** Neither fewer columns nor fewer rows show a curve. */
export const SMALLEST_PLOT: Size = { width: 24, height: 4 };

/** A plot with its axes, in exactly the given size; the last row belongs to the x axis. */
export function drawPlot(plot: Plot, { width, height }: Size): TuiLine[] {
  const range = rangeOf(plot);
  if (range === null || width < SMALLEST_PLOT.width || height < SMALLEST_PLOT.height) {
    return [[span(range === null ? "nothing to draw yet" : "too small to draw", "dim")]];
  }
  const rows = height - 1;
  const labels = axisLabels(range, { rows, format: plot.format });
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const area = { width: width - labelWidth - 2, height: rows };
  const surface = canvas(area);
  drawCurves(surface, plot, range);
  const drawn = surface.lines();
  return [
    ...drawn.map((line, row) => [
      span((labels[row] ?? "").padStart(labelWidth), "dim"),
      span(labels[row] === "" ? " │" : " ┤", "dim"),
      ...joinSpans(line),
    ]),
    xAxis(plot, { indent: labelWidth + 2, width: area.width }),
  ];
}

interface Range {
  readonly low: number;
  readonly high: number;
}

/** The values of all series with their intervals; null without any. */
function rangeOf({ series }: Plot): Range | null {
  const values = series
    .flatMap(({ points }) => points.flatMap(({ y, lo, hi }) => [y, lo ?? y, hi ?? y]))
    .filter(Number.isFinite);
  if (values.length === 0) return null;
  const low = Math.min(...values);
  const high = Math.max(...values);
  // A flat curve lies in the middle.
  return low === high ? { low: low - 1, high: high + 1 } : { low, high };
}

/** One label a row, most of them empty: top, bottom, and the middle where there is room. */
function axisLabels(
  { low, high }: Range,
  { rows, format }: { readonly rows: number; readonly format: (y: number) => string },
): string[] {
  const middle = rows >= 7 ? Math.floor((rows - 1) / 2) : -1;
  return Array.from({ length: rows }, (_, row) => {
    if (row === 0) return format(high);
    if (row === rows - 1) return format(low);
    return row === middle ? format(high - ((high - low) * row) / (rows - 1)) : "";
  });
}

function drawCurves(surface: Canvas, plot: Plot, { low, high }: Range): void {
  const { dots } = surface;
  const column = (x: number): number => columnOf(x, plot.domain, dots.width);
  const place = (x: number, y: number): Dot => ({
    x: column(x),
    y: Math.round((1 - (y - low) / (high - low)) * (dots.height - 1)),
  });
  for (const edge of plot.band === null ? [] : new Set([plot.band.lo, plot.band.hi])) {
    for (let y = 0; y < dots.height; y += 2) surface.dot(column(edge), y, "warn");
  }
  for (const { points, look, gap, mark } of plot.series) {
    for (const { x, lo, hi } of points) {
      if (lo !== undefined && hi !== undefined) surface.line(place(x, lo), place(x, hi), { look: "dim" });
    }
    for (const [index, point] of points.entries()) {
      const before = points[index - 1];
      const here = place(point.x, point.y);
      if (before === undefined) surface.dot(here.x, here.y, look);
      else surface.line(place(before.x, before.y), here, { look, gap });
    }
    if (mark !== undefined) for (const { x, y } of points) surface.mark(place(x, y), mark, look);
  }
}

function columnOf(x: number, [first, last]: readonly [number, number], width: number): number {
  return last === first ? Math.floor(width / 2) : Math.round(((x - first) / (last - first)) * (width - 1));
}

/** "0 ─── ▶ 752 ──── 1316" */
function xAxis(
  { domain, flag }: Plot,
  { indent, width }: { readonly indent: number; readonly width: number },
): TuiLine {
  const [first, last] = domain.map(String) as [string, string];
  const left: TuiLine = [span(" ".repeat(indent - 1)), span("└", "dim"), span(first, "dim")];
  const right: TuiLine = [span(last, "dim")];
  const room = indent + width - lineWidth(left) - lineWidth(right);
  if (room < 1) return left;
  const rule = "─".repeat(room);
  if (flag === null) return [...left, span(rule, "dim"), ...right];
  const sign = `▶${flag}`;
  const at = columnOf(flag, domain, width * 2) >> 1;
  const start = Math.max(0, Math.min(at - first.length, room - sign.length));
  if (sign.length > room) return [...left, span(rule, "dim"), ...right];
  const parts: TuiLine = [
    span("─".repeat(start), "dim"),
    span(sign, "accent"),
    span("─".repeat(room - start - sign.length), "dim"),
  ];
  return fitLine([...left, ...parts, ...right], indent + width);
}

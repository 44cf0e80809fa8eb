import { lineWidth, padLine, span, type Line } from "../../../reports/console/span.ts";
import { cutMiddle, textWidth } from "../../../reports/console/text-width.ts";
import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { sampleCount } from "../../../reports/findings.ts";
import { seriesOf } from "../../../reports/metric-view.ts";
import type { Comparison } from "../../compare/comparison.ts";
import type { Scene } from "../model/scene.ts";
import type { UiState } from "../model/ui-state.ts";
import { frame, insideFrame } from "../view/frame.ts";
import { fitBlock, inverted, type Size, type TuiLine, type TuiSpan } from "../view/line.ts";
import { windowAround, type Window } from "../view/window.ts";
import { cellSpans, changeSpans, columnHeadings, rowLabel, trendOf } from "./compare-cells.ts";
import { compareCursor, type CompareCursor } from "./compare-keys.ts";
import { cellDetail } from "./compare-detail.ts";

/** Longer trends tell no more than the columns do. */
const LONGEST_TREND = 24;
const DETAIL_ROWS = 8;

/** Metrics, slices and losses against checkpoints, and what the cell under the cursor says in full. */
export function drawCompare(state: UiState, { snapshot }: Scene, size: Size): TuiLine[] {
  const { comparison, busy } = snapshot;
  const title = [span("Compare", "bold")];
  if (comparison === null) {
    const text = busy ?? "no comparison yet: r makes one";
    return frame([[span(text, "dim")]], { ...size, title, focused: true });
  }
  const cursor = compareCursor(comparison, state.compare);
  const detailRows = Math.min(DETAIL_ROWS, Math.floor(size.height / 2));
  const tableSize = { width: size.width, height: Math.min(size.height - detailRows, cursor.rows.length + 3) };
  const label = checkpointLabels(comparison.checkpoints);
  return fitBlock(
    [
      ...frame(tableLines(comparison, cursor, insideFrame(tableSize)), {
        ...tableSize,
        title: [...title, span(`  base ${label(comparison.base)}`, "dim")],
        note: [span(busy ?? sampleCount(comparison), "dim")],
        focused: true,
      }),
      ...cellDetail(comparison, cursor, { width: size.width, height: size.height - tableSize.height }),
    ],
    size,
  );
}

function tableLines(comparison: Comparison, cursor: CompareCursor, { width, height }: Size): TuiLine[] {
  const grid = gridOf(comparison, cursor, width);
  const shown = windowAround(cursor.row, { count: cursor.rows.length, room: height - 1 });
  const lines = cursor.rows.slice(shown.start, shown.end).map((item, offset): TuiLine => {
    const isCurrent = shown.start + offset === cursor.row;
    const name = cutMiddle(rowLabel(item), grid.labelWidth);
    return [
      span(isCurrent ? "▸ " : "  ", "accent"),
      ...padLine([span(name, isCurrent ? "bold" : "plain")], grid.labelWidth),
      ...columnsOf(grid, (index) => {
        const cell = cellSpans(comparison, item, index);
        return isCurrent && index === cursor.column ? inverted(cell) : cell;
      }),
      ...(grid.trendWidth === 0 ? [] : [span(`  ${trendOf(comparison, item).padEnd(grid.trendWidth)}`, "dim")]),
      span("  "),
      ...changeSpans(comparison, item, cursor.column),
    ];
  });
  return [headerLine(comparison, cursor, grid), ...lines];
}

interface Grid {
  readonly labelWidth: number;
  /** Width of each checkpoint's column, gap included. */
  readonly widths: readonly number[];
  /** Checkpoints whose columns show. */
  readonly shown: Window;
  readonly trendWidth: number;
}

/** How the width is shared: the change first, then names and trend, then as many checkpoints as fit around the cursor. */
function gridOf(comparison: Comparison, { rows, column }: CompareCursor, width: number): Grid {
  const headings = columnHeadings(comparison);
  const widths = headings.map(
    (heading, index) =>
      2 + Math.max(textWidth(heading) + 1, ...rows.map((item) => lineWidth(cellSpans(comparison, item, index)))),
  );
  const longest = Math.max(...rows.map((item) => textWidth(rowLabel(item))));
  const labelWidth = Math.min(longest, Math.max(12, Math.floor(width / 4)));
  const changeWidth = Math.max(10, ...rows.map((item) => lineWidth(changeSpans(comparison, item, column))));
  const series = seriesOf(comparison).length;
  const room = width - labelWidth - changeWidth - 6;
  const hasTrend = series > 1 && series <= LONGEST_TREND && room - series - 2 >= Math.max(...widths) * 2;
  const trendWidth = hasTrend ? series : 0;
  const shown = columnsAround(column, { widths, room: room - (hasTrend ? series + 2 : 0) });
  return { labelWidth, widths, shown, trendWidth };
}

/** The columns around the cursor's that fit, taken in turns from the right and the left. */
function columnsAround(
  cursor: number,
  { widths, room }: { readonly widths: readonly number[]; readonly room: number },
): Window {
  let start = cursor;
  let end = cursor + 1;
  let left = room - (widths[cursor] ?? 0);
  for (let isRight = true, stuck = 0; stuck < 2; isRight = !isRight) {
    const next = isRight ? widths[end] : widths[start - 1];
    if (next === undefined || next > left) {
      stuck++;
      continue;
    }
    stuck = 0;
    left -= next;
    if (isRight) end++;
    else start--;
  }
  return { start, end };
}

function columnsOf({ shown, widths }: Grid, cellOf: (index: number) => readonly TuiSpan[]): TuiSpan[] {
  return Array.from({ length: shown.end - shown.start }, (_, offset) =>
    padLine(cellOf(shown.start + offset), widths[shown.start + offset] ?? 0, "right"),
  ).flat();
}

function headerLine(comparison: Comparison, cursor: CompareCursor, grid: Grid): TuiLine {
  const headings = columnHeadings(comparison);
  return [
    span(grid.shown.start > 0 ? "‹ " : "  ", "dim"),
    ...padLine([span("task/metric", "dim")], grid.labelWidth),
    ...columnsOf(grid, (index) => {
      const heading: Line = [span(`${headings[index] ?? ""} `, index === cursor.column ? "bold" : "dim")];
      return index === cursor.column ? inverted(heading) : heading;
    }),
    span(grid.shown.end < headings.length ? "› " : "  ", "dim"),
    ...(grid.trendWidth === 0 ? [] : [span("trend".padEnd(grid.trendWidth), "dim")]),
    ...(grid.trendWidth === 0 ? [] : [span("  ")]),
    span(`Δ ${headings[cursor.column] ?? ""}`, "dim"),
  ];
}

import { lineWidth, padLine, span, type Line } from "../../../reports/console/span.ts";
import { cutMiddle, textWidth } from "../../../reports/console/text-width.ts";
import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { sampleCount } from "../../../reports/findings.ts";
import { seriesOf } from "../../../reports/metric-view.ts";
import type { Comparison } from "../../compare/comparison.ts";
import type { Scene } from "../model/scene.ts";
import type { UiState } from "../model/ui-state.ts";
import { frame, insideFrame } from "../view/frame.ts";
import { fitBlock, type Size, type TuiLine, type TuiSpan } from "../view/line.ts";
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
  readonly cellWidth: number;
  /** Checkpoints whose columns show. */
  readonly shown: Window;
  readonly hidden: { readonly left: boolean; readonly right: boolean };
  readonly trendWidth: number;
}

/** How the width is shared: the change first, then names, then as many checkpoints as fit around the cursor. */
function gridOf(comparison: Comparison, { rows, column }: CompareCursor, width: number): Grid {
  const headings = columnHeadings(comparison);
  const longest = Math.max(...rows.map((item) => textWidth(rowLabel(item))));
  const labelWidth = Math.min(longest, Math.max(12, Math.floor(width / 4)));
  const changeWidth = Math.max(
    10,
    ...rows.map((item) => lineWidth(changeSpans(comparison, item, column))),
  );
  const series = seriesOf(comparison).length;
  const cellWidth = 2 + Math.max(
    ...headings.map(textWidth),
    ...rows.flatMap((item) => headings.map((_, index) => lineWidth(cellSpans(comparison, item, index)))),
  );
  const fixed = 2 + labelWidth + 2 + changeWidth + 2;
  const trendWidth = series < 2 || series > LONGEST_TREND || width - fixed < series + 2 + cellWidth * 2 ? 0 : series;
  const room = Math.floor((width - fixed - (trendWidth === 0 ? 0 : trendWidth + 2)) / cellWidth);
  const shown = windowAround(column, { count: headings.length, room: Math.max(1, room) });
  return {
    labelWidth,
    cellWidth,
    shown,
    hidden: { left: shown.start > 0, right: shown.end < headings.length },
    trendWidth,
  };
}

function columnsOf({ shown, cellWidth }: Grid, cellOf: (index: number) => readonly TuiSpan[]): TuiSpan[] {
  return Array.from({ length: shown.end - shown.start }, (_, offset) =>
    padLine(cellOf(shown.start + offset), cellWidth, "right"),
  ).flat();
}

function headerLine(comparison: Comparison, cursor: CompareCursor, grid: Grid): TuiLine {
  const headings = columnHeadings(comparison);
  const label = checkpointLabels(comparison.checkpoints);
  const chosen = label(comparison.checkpoints[cursor.column]?.id ?? "");
  return [
    span(grid.hidden.left ? "‹ " : "  ", "dim"),
    ...padLine([span("task/metric", "dim")], grid.labelWidth),
    ...columnsOf(grid, (index) => {
      const heading: Line = [span(`${headings[index] ?? ""} `, index === cursor.column ? "bold" : "dim")];
      return index === cursor.column ? inverted(heading) : heading;
    }),
    span(grid.hidden.right ? " ›" : "  ", "dim"),
    ...(grid.trendWidth === 0 ? [] : [span("trend".padEnd(grid.trendWidth), "dim")]),
    span(grid.trendWidth === 0 ? "" : "  "),
    span(`Δ ${chosen}`, "dim"),
  ];
}

function inverted(line: Line): readonly TuiSpan[] {
  return line.map((item) => ({ ...item, inverse: true }));
}

import { scaleLinear } from "d3-scale";

import type { MetricRow } from "../../../src/compare/comparison.ts";
import type { Estimate } from "../../../src/core/estimate.ts";
import { formatBytes, formatScore } from "../../number-format.ts";
import { html, type Html } from "../markup.ts";
import { positionAxis, round, valueAxis, verticalScale } from "./panel.ts";

export interface SizePoint {
  readonly label: string;
  readonly bytes: number;
  readonly estimate: Estimate;
}

const WIDTH = 400;
const HEIGHT = 250;

/** Checkpoints by size and score, with intervals: up and left is better (for metrics where more is better). */
export function sizeChart(points: readonly SizePoint[], { row, id }: { readonly row: MetricRow; readonly id: string }): Html {
  const panel = { left: 44, right: WIDTH - 12, top: 34, bottom: HEIGHT - 46 };
  const y = verticalScale(
    points.flatMap(({ estimate }) => [estimate.lo, estimate.hi]),
    panel,
  );
  const most = Math.max(...points.map(({ bytes }) => bytes));
  const x = scaleLinear()
    .domain([0, most * 1.08])
    .range([panel.left, panel.right]);
  const ticks = x.ticks(4).map((bytes) => ({ at: x(bytes), label: bytes === 0 ? "0" : formatBytes(bytes) }));
  const frame = { ...panel, y };
  return html`<svg class="chart size-chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">Size against ${row.key}</title><desc id="${id}-d">${points.map(({ label, bytes, estimate }) => `${label}: ${formatBytes(bytes)}, ${formatScore(estimate.value, row.unit)}.`).join(" ")}</desc>${valueAxis(frame)}<g class="key"><text x="${panel.left}" y="16">${row.key}</text></g>${points.map((point) => pointMark(point, { at: x(point.bytes), y, row }))}${positionAxis(frame, ticks, "size on disk")}</svg>`;
}

interface MarkPlace {
  readonly at: number;
  readonly y: (value: number) => number;
  readonly row: MetricRow;
}

function pointMark({ label, bytes, estimate }: SizePoint, { at, y, row }: MarkPlace): Html {
  const isRight = at > WIDTH / 2;
  const text = label.length > 26 ? `${label.slice(0, 25)}…` : label;
  return html`<line class="whisker" x1="${round(at)}" x2="${round(at)}" y1="${round(y(estimate.lo))}" y2="${round(y(estimate.hi))}" /><circle class="dot score" cx="${round(at)}" cy="${round(y(estimate.value))}" r="4"><title>${label}: ${formatBytes(bytes)}, ${formatScore(estimate.value, row.unit)} [${formatScore(estimate.lo, row.unit)}, ${formatScore(estimate.hi, row.unit)}]</title></circle><text class="point-label" x="${round(at + (isRight ? -9 : 9))}" y="${round(y(estimate.value))}" dy=".32em" text-anchor="${isRight ? "end" : "start"}">${text}</text>`;
}

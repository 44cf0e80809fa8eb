import { scaleLinear } from "d3-scale";

import type { MetricRow } from "../../../src/compare/comparison.ts";
import type { Estimate } from "../../../src/core/estimate.ts";
import { formatBytes, formatScore } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";
import { positionAxis, round, valueAxis, verticalScale, type Scale } from "./panel.ts";

export interface SizePoint {
  readonly label: string;
  readonly bytes: number;
  readonly estimate: Estimate;
}

const WIDTH = 300;
const HEIGHT = 240;

/** Checkpoints by size and score, with intervals: up and left is better (for metrics where more is better). */
export function sizeChart(
  points: readonly SizePoint[],
  { row, id }: { readonly row: MetricRow; readonly id: string },
): Html {
  const panel = { left: 44, right: WIDTH - 16, top: 34, bottom: HEIGHT - 46 };
  const y = verticalScale(
    points.flatMap(({ estimate }) => [estimate.lo, estimate.hi]),
    panel,
  );
  const most = Math.max(...points.map(({ bytes }) => bytes));
  const x = scaleLinear()
    .domain([0, most * 1.04])
    .range([panel.left, panel.right]);
  const ticks = x.ticks(2).map((bytes) => ({ at: x(bytes), label: bytes === 0 ? "0" : formatBytes(bytes) }));
  const frame = { ...panel, y };
  return markup`<svg class="chart size-chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">Size against ${row.key}</title><desc id="${id}-d">${points.map(({ label, bytes, estimate }) => `${label}: ${formatBytes(bytes)}, ${formatScore(estimate.value, row.unit)}.`).join(" ")}</desc>${valueAxis(frame)}<g class="key"><text x="${panel.left}" y="16">${row.key}</text></g>${place(points, { x, y }).map((mark) => pointMark(mark, { y, row }))}${positionAxis(frame, ticks, "size on disk")}</svg>`;
}

interface PlacedPoint {
  readonly point: SizePoint;
  readonly at: number;
  readonly text: string;
  readonly labelY: number;
}

/** Points of one size stand beside each other; labels that would overlap move down. */
function place(
  points: readonly SizePoint[],
  { x, y }: { readonly x: Scale; readonly y: Scale },
): readonly PlacedPoint[] {
  const placed: PlacedPoint[] = [];
  for (const point of points) {
    let at = x(point.bytes);
    while (placed.some((other) => Math.abs(other.at - at) < 6)) at -= 7;
    let labelY = y(point.estimate.value);
    const isTaken = (): boolean => placed.some((other) => Math.abs(other.labelY - labelY) < 14);
    for (let tries = 0; tries < points.length && isTaken(); tries++) labelY += 15;
    const text = point.label.length > 24 ? `${point.label.slice(0, 23)}…` : point.label;
    placed.push({ point, at, text, labelY });
  }
  return placed;
}

function pointMark(
  { point: { label, bytes, estimate }, at, text, labelY }: PlacedPoint,
  { y, row }: { readonly y: Scale; readonly row: MetricRow },
): Html {
  const isRight = at > WIDTH / 2;
  return markup`<line class="whisker" x1="${round(at)}" x2="${round(at)}" y1="${round(y(estimate.lo))}" y2="${round(y(estimate.hi))}" /><circle class="dot score" cx="${round(at)}" cy="${round(y(estimate.value))}" r="4"><title>${label}: ${formatBytes(bytes)}, ${formatScore(estimate.value, row.unit)} [${formatScore(estimate.lo, row.unit)}, ${formatScore(estimate.hi, row.unit)}]</title></circle><text class="point-label" x="${round(at + (isRight ? -12 : 9))}" y="${round(labelY)}" dy=".32em" text-anchor="${isRight ? "end" : "start"}">${text}</text>`;
}

import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";

import type { MetricRow } from "../../../src/compare/comparison.ts";
import { formatScore, formatSpan } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";
import type { CurveData, ScoredPoint } from "./curve-data.ts";
import type { Point } from "./lttb.ts";
import { positionAxis, round, valueAxis, verticalScale, type Panel, type Scale, type Tick } from "./panel.ts";

export interface CurveChartOptions {
  readonly row: MetricRow | null;
  /** Width of the drawing in its own units, about the pixels it is shown at. */
  readonly width: number;
  /** Unique in the page: the names of title and description derive from it. */
  readonly id: string;
  /** What the chart shows, for those who cannot see it. */
  readonly title: string;
  readonly description: string;
}

const PANEL_HEIGHT = 170;
const TOP = 44;
const PANEL_GAP = 46;
const BELOW = 44;

interface Frame {
  readonly x: Scale;
  readonly panels: readonly Panel[];
  readonly height: number;
}

/** Losses above, a metric with its interval band below, over the same steps. */
export function curveChart(data: CurveData, options: CurveChartOptions): Html {
  const { width, id, row } = options;
  const hasLoss = data.train.length + data.evaluation.length > 0;
  const { x, panels, height } = frame(data, { width, hasLoss, hasScore: data.scores.length > 0 });
  const lossPanel = hasLoss ? panels[0] : undefined;
  const scorePanel = data.scores.length > 0 ? panels.at(-1) : undefined;
  const last = panels.at(-1);
  return markup`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${options.title}</title><desc id="${id}-d">${options.description}</desc>${marks(data, { x, panels, width })}${lossPanel !== undefined && lossLines(data, lossPanel, x)}${scorePanel !== undefined && row !== null && scoreLine(data.scores, { panel: scorePanel, x, row })}${last !== undefined && positionAxis(last, stepTicks(data, x, width), data.hasSteps ? "step" : "checkpoint")}</svg>`;
}

function frame(
  data: CurveData,
  { width, hasLoss, hasScore }: { readonly width: number; readonly hasLoss: boolean; readonly hasScore: boolean },
): Frame {
  const left = 48;
  const right = width - 20;
  const steps = [...data.train, ...data.evaluation, ...data.stops].map(({ x }) => x);
  const low = Math.min(...steps);
  const high = Math.max(...steps);
  const x = scaleLinear()
    .domain(low === high ? [low - 1, high + 1] : [low, high])
    .range([left + 6, right - 6]);
  const values = [
    ...(hasLoss ? [[...data.train, ...data.evaluation].map(({ y }) => y)] : []),
    ...(hasScore ? [data.scores.flatMap(({ estimate }) => [estimate.lo, estimate.hi, estimate.value])] : []),
  ];
  const panels = values.map((list, index) => {
    const top = TOP + 18 + index * (PANEL_HEIGHT + PANEL_GAP);
    const bottom = top + PANEL_HEIGHT;
    return { left, right, top, bottom, y: verticalScale(list, { top, bottom }) };
  });
  return { x, panels, height: (panels.at(-1)?.bottom ?? TOP) + BELOW };
}

/** What belongs to all panels: where overfitting began, which checkpoint to ship. */
function marks(
  { onset, ship }: CurveData,
  { x, panels, width }: { readonly x: Scale; readonly panels: readonly Panel[]; readonly width: number },
): Html {
  const bottom = panels.at(-1)?.bottom ?? TOP;
  const from = onset === null ? 0 : x(onset.lo);
  const breadth = onset === null ? 0 : Math.max(3, x(onset.hi) - from);
  const shade = panels.map(
    (panel) =>
      markup`<rect class="onset" x="${round(from)}" y="${panel.top}" width="${round(breadth)}" height="${panel.bottom - panel.top}" />`,
  );
  return markup`${onset !== null && markup`${shade}${markLabel({ text: `${onset.text} ${formatSpan(onset)}`, at: from + breadth / 2, y: 14, width, look: "onset-label" })}<line class="onset-lead" x1="${round(from + breadth / 2)}" x2="${round(from + breadth / 2)}" y1="20" y2="${panels[0]?.top ?? TOP}" />`}${ship !== null && markup`<line class="ship-line" x1="${round(x(ship.x))}" x2="${round(x(ship.x))}" y1="${TOP}" y2="${bottom}" />${markLabel({ text: `▼ ship ${ship.label}`, at: x(ship.x), y: 34, width, look: "ship-label" })}`}`;
}

interface MarkLabel {
  readonly text: string;
  readonly at: number;
  readonly y: number;
  readonly width: number;
  readonly look: string;
}

/** A label over a mark, kept inside the drawing: near an edge it grows to the other side. */
function markLabel({ text, at, y, width, look }: MarkLabel): Html {
  const half = text.length * 3.6;
  const anchor = at - half < 4 ? "start" : at + half > width - 4 ? "end" : "middle";
  return markup`<text class="${look}" x="${round(at)}" y="${y}" text-anchor="${anchor}">${text}</text>`;
}

function lossLines(data: CurveData, panel: Panel, x: Scale): Html {
  const draw = line<Point>(
    (point) => x(point.x),
    (point) => panel.y(point.y),
  );
  const dots = data.evaluation.length <= 60 ? data.evaluation : [];
  return markup`${valueAxis(panel)}${panelTitle(panel, [
    { text: "train loss", look: "train" },
    { text: "evaluation loss", look: "evaluation" },
  ])}<path class="line train" d="${compact(draw(data.train))}" /><path class="line evaluation" d="${compact(draw(data.evaluation))}" />${dots.map(
    (point) =>
      markup`<circle class="dot evaluation" cx="${round(x(point.x))}" cy="${round(panel.y(point.y))}" r="2.5"><title>step ${point.x}: evaluation loss ${point.y.toFixed(3)}</title></circle>`,
  )}`;
}

function scoreLine(
  scores: readonly ScoredPoint[],
  { panel, x, row }: { readonly panel: Panel; readonly x: Scale; readonly row: MetricRow },
): Html {
  const { y } = panel;
  const draw = line<ScoredPoint>(
    (point) => x(point.x),
    ({ estimate }) => y(estimate.value),
  );
  const band = area<ScoredPoint>(
    (point) => x(point.x),
    ({ estimate }) => y(estimate.lo),
    ({ estimate }) => y(estimate.hi),
  );
  return markup`${valueAxis(panel)}${panelTitle(panel, [{ text: row.key, look: "score" }])}<path class="band" d="${compact(band(scores))}" /><path class="line score" d="${compact(draw(scores))}" />${scores.map(
    (point) =>
      markup`<circle class="dot score${point.isShip ? " chosen" : ""}" cx="${round(x(point.x))}" cy="${round(y(point.estimate.value))}" r="${point.isShip ? 5 : 3.2}"><title>${point.label}: ${scoreText(point, row)}</title></circle>`,
  )}`;
}

function scoreText({ estimate }: ScoredPoint, { unit }: MetricRow): string {
  return `${formatScore(estimate.value, unit)} [${formatScore(estimate.lo, unit)}, ${formatScore(estimate.hi, unit)}]`;
}

/** Names of the lines above their panel, each behind a piece of its line. */
function panelTitle({ left, top }: Panel, entries: readonly { readonly text: string; readonly look: string }[]): Html {
  let at = left;
  return markup`<g class="key">${entries.map(({ text, look }) => {
    const start = at;
    at += 42 + text.length * 6.8;
    return markup`<line class="line ${look}" x1="${start}" x2="${start + 18}" y1="${top - 12}" y2="${top - 12}" /><text x="${start + 24}" y="${top - 8}">${text}</text>`;
  })}</g>`;
}

/** Ticks at round steps, or under the checkpoints where there are no steps. */
function stepTicks({ stops, hasSteps }: CurveData, x: Scale, width: number): readonly Tick[] {
  const room = Math.max(2, Math.floor(width / 110));
  if (hasSteps) return x.ticks(room).map((step) => ({ at: x(step), label: String(step) }));
  const stride = Math.ceil(stops.length / room);
  return stops
    .filter((_, index) => index % stride === 0)
    .map((stop) => ({ at: x(stop.x), label: stop.label.length > 16 ? `${stop.label.slice(0, 15)}…` : stop.label }));
}

/** A path with a tenth of a unit of precision. */
function compact(path: string | null): string {
  return (path ?? "").replaceAll(/\d+\.\d+/gu, (number) => String(Math.round(Number(number) * 10) / 10));
}

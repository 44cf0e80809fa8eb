import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";

import { markup, type Html } from "../markup.ts";
import { positionAxis, round, valueAxis, verticalScale } from "./panel.ts";

/** A point with the interval around its height. */
export interface LoadPoint {
  readonly x: number;
  readonly y: number;
  readonly lo: number;
  readonly hi: number;
  /** What a pointer on it says. */
  readonly text: string;
}

export interface LoadCurve {
  readonly name: string;
  /** Class of the line. */
  readonly look: "score" | "evaluation";
  readonly points: readonly LoadPoint[];
}

export interface LoadChartOptions {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** Of the axes. */
  readonly across: string;
  readonly up: string;
}

const WIDTH = 480;
const HEIGHT = 250;

/** Curves with their interval bands over one axis of load. */
export function loadChart(curves: readonly LoadCurve[], { id, title, across, up }: LoadChartOptions): Html {
  const frame = { left: 56, right: WIDTH - 16, top: 44, bottom: HEIGHT - 48 };
  const all = curves.flatMap(({ points }) => points);
  const bands = curves.flatMap(({ points, look }) => (look === "score" ? points.map(({ hi }) => hi) : []));
  const y = verticalScale([0, ...bands, ...all.map((point) => point.y)], frame);
  const x = scaleLinear()
    .domain([0, Math.max(...all.map((point) => point.x))])
    .range([frame.left, frame.right]);
  const panel = { ...frame, y };
  const ticks = x.ticks(5).map((value) => ({ at: x(value), label: value.toLocaleString("en") }));
  const described = all.map(({ text }) => `${text}.`).join(" ");
  return markup`<svg class="chart load-chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${described}</desc>${valueAxis(panel)}${key(curves, up)}${curves.map(
    (curve) =>
      markup`${bandOf(curve, x, y)}<path class="line ${curve.look}" d="${path(curve, x, y)}" />${curve.points.map((point) => markup`<circle class="dot ${curve.look}" cx="${round(x(point.x))}" cy="${round(y(point.y))}" r="3"><title>${point.text}</title></circle>`)}`,
  )}${positionAxis(panel, ticks, across)}</svg>`;
}

type Position = (value: number) => number;

function path({ points }: LoadCurve, x: Position, y: Position): string {
  const draw = line<LoadPoint>(
    (point) => round(x(point.x)),
    (point) => round(y(point.y)),
  );
  return draw(points) ?? "";
}

/** Only the first curve has a band: two would hide each other. */
function bandOf({ points, look }: LoadCurve, x: Position, y: Position): Html | null {
  if (look !== "score") return null;
  const draw = area<LoadPoint>(
    (point) => round(x(point.x)),
    ({ lo }) => round(y(lo)),
    ({ hi }) => round(y(hi)),
  );
  return markup`<path class="band" d="${draw(points) ?? ""}" />`;
}

function key(curves: readonly LoadCurve[], up: string): Html {
  let at = 8;
  const entries = curves.map(({ name, look }) => {
    const start = at;
    at += 42 + name.length * 6.8;
    return markup`<line class="line ${look}" x1="${start}" x2="${start + 18}" y1="26" y2="26" /><text x="${start + 24}" y="30">${name}</text>`;
  });
  return markup`<g class="key"><text x="8" y="10">${up}</text>${entries}</g>`;
}

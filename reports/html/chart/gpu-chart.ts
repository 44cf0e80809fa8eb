import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";

import type { GpuTimeline, GpuTrace } from "../../../src/compare/gpu-timeline.ts";
import { markup, type Html } from "../markup.ts";
import { positionAxis, round, valueAxis, type Panel, type Scale, verticalScale } from "./panel.ts";

export interface GpuChartOptions {
  readonly width: number;
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Name of a checkpoint. */
  readonly label: (id: string) => string;
}

type Point = GpuTrace["points"][number];

interface Quantity {
  readonly name: string;
  readonly look: string;
  readonly values: (point: Point) => number | null;
  /** The most there is; null where the device does not tell. */
  readonly most: number | null;
}

const TOP = 40;
const PANEL_HEIGHT = 64;
const PANEL_GAP = 34;
const BELOW = 44;

/** One GPU over a run: how busy, how full, how much power, with the checkpoints that were evaluated meanwhile. */
export function gpuChart(timeline: GpuTimeline, trace: GpuTrace, options: GpuChartOptions): Html {
  const { width, id } = options;
  const quantities = quantitiesOf(trace);
  const [left, right] = [52, width - 16];
  const x = scaleLinear([0, Math.max(timeline.end, 1)], [left, right]);
  const panels = quantities.map((quantity, index) => {
    const top = TOP + index * (PANEL_HEIGHT + PANEL_GAP);
    const bottom = top + PANEL_HEIGHT;
    const told = trace.points.flatMap((point) => quantity.values(point) ?? []);
    const y = verticalScale([0, quantity.most ?? Math.max(1, ...told)], { top, bottom });
    return { quantity, panel: { left, right, top, bottom, y } };
  });
  const last = panels.at(-1)?.panel;
  const bottom = last?.bottom ?? TOP;
  return markup`<svg class="chart" viewBox="0 0 ${width} ${bottom + BELOW}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${options.title}</title><desc id="${id}-d">${options.description}</desc>${spans(
    timeline,
    { x, bottom, width, label: options.label },
  )}${panels.map(({ quantity, panel }) => quantityLine(trace, quantity, panel, x))}${last !== undefined && positionAxis(last, timeTicks(x, width), "time since the run began")}</svg>`;
}

function quantitiesOf({ memoryTotal, powerLimit, points }: GpuTrace): readonly Quantity[] {
  const all: readonly Quantity[] = [
    { name: "busy, %", look: "score", most: 100, values: ({ utilization }) => utilization },
    { name: "memory, GiB", look: "evaluation", most: gibi(memoryTotal), values: ({ memory }) => gibi(memory) },
    { name: "power, W", look: "train", most: powerLimit, values: ({ power }) => power },
  ];
  return all.filter(({ values }) => points.some((point) => values(point) !== null));
}

function gibi(mebi: number | null): number | null {
  return mebi === null ? null : mebi / 1024;
}

function quantityLine({ points }: GpuTrace, { name, look, values }: Quantity, panel: Panel, x: Scale): Html {
  const draw = line<Point>()
    .defined((point) => values(point) !== null)
    .x(({ t }) => round(x(t)))
    .y((point) => round(panel.y(values(point) ?? 0)));
  return markup`${valueAxis(panel, 2)}<g class="key"><text x="${panel.left}" y="${panel.top - 8}">${name}</text></g><path class="line ${look}" d="${draw(points) ?? ""}" />`;
}

interface SpanFrame {
  readonly x: Scale;
  readonly bottom: number;
  readonly width: number;
  readonly label: (id: string) => string;
}

/** Alternating bands with the checkpoints' names where there is room for them. */
function spans({ spans: all }: GpuTimeline, { x, bottom, label }: SpanFrame): Html {
  return markup`${all.map(({ checkpoint, from, to }, index) => {
    const breadth = x(to) - x(from);
    const name = label(checkpoint);
    return markup`<rect class="${index % 2 === 0 ? "span even" : "span"}" x="${round(x(from))}" y="${TOP - 22}" width="${round(breadth)}" height="${bottom - TOP + 22}"><title>${name}</title></rect>${breadth > name.length * 6.4 + 8 && markup`<text class="span-name" x="${round(x(from) + 5)}" y="${TOP - 27}">${name}</text>`}`;
  })}`;
}

function timeTicks(x: Scale, width: number): readonly { readonly at: number; readonly label: string }[] {
  return x.ticks(Math.max(2, Math.floor(width / 130))).map((seconds) => ({ at: x(seconds), label: clock(seconds) }));
}

/** "0:40", "12:05", "1:02:00". */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

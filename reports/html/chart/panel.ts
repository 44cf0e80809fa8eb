import { scaleLinear, type ScaleLinear } from "d3-scale";

import { markup, type Html } from "../markup.ts";

export type Scale = ScaleLinear<number, number>;

/** A rectangle of a chart with its vertical scale. */
export interface Panel {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly y: Scale;
}

/** A vertical scale over all values, widened to round numbers. Values that are equal get room around them. */
export function verticalScale(
  values: readonly number[],
  { top, bottom }: { readonly top: number; readonly bottom: number },
): Scale {
  const finite = values.filter(Number.isFinite);
  const low = finite.length === 0 ? 0 : Math.min(...finite);
  const high = finite.length === 0 ? 1 : Math.max(...finite);
  const domain = low === high ? [low - 0.5, high + 0.5] : [low, high];
  return scaleLinear().domain(domain).nice(4).range([bottom, top]);
}

/** Horizontal lines with their numbers at the left. */
export function valueAxis({ left, right, y }: Panel, count = 4): Html {
  const format = y.tickFormat(count);
  return markup`<g class="axis">${y
    .ticks(count)
    .map(
      (tick) =>
        markup`<line class="grid" x1="${left}" x2="${right}" y1="${round(y(tick))}" y2="${round(y(tick))}" /><text x="${left - 8}" y="${round(y(tick))}" dy=".32em" text-anchor="end">${typographic(format(tick))}</text>`,
    )}</g>`;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Labels under a panel. */
export function positionAxis({ left, right, bottom }: Panel, ticks: readonly Tick[], title: string): Html {
  return markup`<g class="axis"><line class="baseline" x1="${left}" x2="${right}" y1="${bottom}" y2="${bottom}" />${ticks.map(
    ({ at, label }) => markup`<text x="${round(at)}" y="${bottom + 18}" text-anchor="middle">${label}</text>`,
  )}<text class="axis-title" x="${right}" y="${bottom + 36}" text-anchor="end">${title}</text></g>`;
}

/** Two decimals are a hundredth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function typographic(text: string): string {
  return text.replace("-", "\u2212");
}

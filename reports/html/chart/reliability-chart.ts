import { scaleLinear } from "d3-scale";

import type { ReliabilityFigure } from "../../../src/core/judge.ts";
import { markup, type Html } from "../markup.ts";
import { round } from "./panel.ts";

const SIZE = 210;
const LEFT = 34;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 34;
const TICKS = [0, 0.5, 1];
const LARGEST_DOT = 9;

export interface ReliabilityChartOptions {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** Accuracy over confidence: a dot a bin, as large as its share of the samples; its line to the diagonal is the gap. */
export function reliabilityChart(
  { bins }: ReliabilityFigure,
  { id, title, description }: ReliabilityChartOptions,
): Html {
  const x = scaleLinear([0, 1], [LEFT, SIZE - RIGHT]);
  const y = scaleLinear([0, 1], [SIZE - BOTTOM, TOP]);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  return markup`<svg class="chart reliability" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc><g class="axis">${TICKS.map(
    (tick) =>
      markup`<line class="grid" x1="${LEFT}" x2="${SIZE - RIGHT}" y1="${round(y(tick))}" y2="${round(y(tick))}" /><text x="${LEFT - 6}" y="${round(y(tick))}" dy=".32em" text-anchor="end">${tick * 100}</text><text x="${round(x(tick))}" y="${SIZE - BOTTOM + 15}" text-anchor="middle">${tick * 100}</text>`,
  )}</g><line class="diagonal" x1="${round(x(0))}" y1="${round(y(0))}" x2="${round(x(1))}" y2="${round(y(1))}" />${bins.map(
    ({ count, confidence, accuracy }) =>
      markup`<line class="gap" x1="${round(x(confidence))}" x2="${round(x(confidence))}" y1="${round(y(confidence))}" y2="${round(y(accuracy))}" /><circle class="dot score" cx="${round(x(confidence))}" cy="${round(y(accuracy))}" r="${round(Math.max(1.6, LARGEST_DOT * Math.sqrt(count / most)))}"><title>${count} answers: ${Math.round(confidence * 100)} % sure, ${Math.round(accuracy * 100)} % right</title></circle>`,
  )}<text class="axis-title" x="${SIZE - RIGHT}" y="${SIZE - 4}" text-anchor="end">% sure → % right ↑</text></svg>`;
}

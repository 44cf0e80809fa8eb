import { scaleLinear } from "d3-scale";

import type { Cell, Comparison, MetricRow, PairedDifference } from "../../../src/compare/comparison.ts";
import type { Estimate } from "../../../src/core/estimate.ts";
import { round } from "../chart/panel.ts";
import { markup, type Html } from "../markup.ts";
import { changeOf, signedChange } from "../../metric-view.ts";
import { formatDelta, formatP, formatScore, marginText, MISSING } from "../../number-format.ts";

const WIDTH = 72;
const HEIGHT = 10;

export interface IntervalScale {
  (value: number): number;
}

/** One horizontal scale for all intervals of a metric, so that they can be compared down a column. */
export function intervalScale(comparison: Comparison, row: MetricRow): IntervalScale {
  const bounds = (comparison.cells[row.key] ?? [])
    .flatMap(({ estimate }) => (estimate === null ? [] : [estimate.lo, estimate.hi]))
    .filter(Number.isFinite);
  return scaleLinear()
    .domain([Math.min(...bounds), Math.max(...bounds)])
    .range([3, WIDTH - 3]);
}

/** An estimate drawn as a dot with its interval. */
function intervalMark({ value, lo, hi }: Estimate, scale: IntervalScale): Html {
  if (![value, lo, hi].every((bound) => Number.isFinite(scale(bound)))) return markup``;
  const [from, at, to] = [scale(lo), scale(value), scale(hi)].map(round);
  return markup`<svg class="interval" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true"><line x1="${from ?? 0}" x2="${to ?? 0}" y1="5" y2="5" /><circle cx="${at ?? 0}" cy="5" r="2.6" /></svg>`;
}

export interface ScoreCellOptions {
  readonly row: MetricRow;
  readonly scale: IntervalScale;
  readonly isBest: boolean;
  /** Said in place of a change: "base", "parent". */
  readonly reference: string | null;
}

/** A table cell: value, interval, change. */
export function scoreCell(cell: Cell | null, { row, scale, isBest, reference }: ScoreCellOptions): Html {
  const estimate = cell?.estimate ?? null;
  if (estimate === null) return markup`<td class="num missing">${MISSING}</td>`;
  const bounds = `${formatScore(estimate.lo, row.unit)} to ${formatScore(estimate.hi, row.unit)}, n = ${estimate.n}, ${estimate.method}`;
  return markup`<td class="num${isBest ? " best" : ""}" data-v="${estimate.value}" title="${bounds}"><span class="value">${isBest && markup`<span class="mark" title="best of the series">•</span>`}${formatScore(estimate.value, row.unit)}</span> <span class="margin">${marginText(estimate, row.unit)}</span>${intervalMark(estimate, scale)}${changeLine(cell?.difference ?? null, { row, reference })}</td>`;
}

function changeLine(
  difference: PairedDifference | null,
  { row, reference }: { readonly row: MetricRow; readonly reference: string | null },
): Html {
  if (reference !== null) return markup`<span class="change none">${reference}</span>`;
  return difference === null ? markup`<span class="change none">&nbsp;</span>` : changeText(row, difference);
}

/** A difference with arrow, sign and mark of significance; its details in the title. */
function changeText(row: MetricRow, difference: PairedDifference): Html {
  const { value, lo, hi, pAdjusted, test, significant, fixed, broken, same } = difference;
  const detail = `${formatDelta(lo, row.unit)} to ${formatDelta(hi, row.unit)}, ${formatP(pAdjusted)} after Holm (${test}); ${fixed} samples rose, ${broken} fell, ${same} stayed`;
  return markup`<span class="change ${changeOf(row, difference)}" title="${detail}">${signedChange(value, row)}${significant && markup`<span class="star" title="significant"> *</span>`}</span>`;
}

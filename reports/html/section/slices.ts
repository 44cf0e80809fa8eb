import type { Comparison, MetricRow, SliceTable } from "../../../src/compare/comparison.ts";
import type { Estimate } from "../../../src/core/estimate.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { FEW_SAMPLES, leadingRows } from "../../findings.ts";
import { decidingFirst, seriesOf, testRows } from "../../metric-view.ts";
import { formatScore, MISSING } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable, sortHeader } from "../part/scroll-table.ts";
import { tabs } from "../part/tabs.ts";
import type { Section } from "./section.ts";

/** More table cells than this make the page slow; then each task shows its first metric only. */
const MOST_CELLS = 20_000;

export const slices: Section = {
  id: "slices",
  title: "Slices",
  render(comparison) {
    const tasks = Map.groupBy(comparison.slices, ({ task }) => task);
    if (tasks.size === 0) return null;
    const isLong = hasManyCells(comparison);
    const leading = new Set(leadingRows(comparison));
    const rows = decidingFirst(comparison).filter((row) => tasks.has(row.task) && (!isLong || leading.has(row)));
    return markup`${tabs(
      rows.map((row) => ({ name: row.key, content: sliceTable(comparison, row, tasks.get(row.task) ?? []) })),
      { label: "Metric of the slices" },
    )}<p class="legend"><span>▼ the slice’s interval lies wholly on the worse side of the whole task’s score</span><span>“few”: fewer than ${FEW_SAMPLES} samples, read the interval before the value</span></p>`;
  },
  leftOut: (comparison) =>
    hasManyCells(comparison)
      ? "Of slices the first metric of each task is shown: with all of them the page would be slow. The JSON report has every number."
      : null,
};

function hasManyCells(comparison: Comparison): boolean {
  return comparison.slices.length * comparison.checkpoints.length * testRows(comparison).length > MOST_CELLS;
}

function sliceTable(comparison: Comparison, row: MetricRow, list: readonly SliceTable[]): Html {
  const label = checkpointLabels(comparison.checkpoints);
  const series = seriesOf(comparison);
  const overall = series.map(({ index }) => comparison.cells[row.key]?.[index]?.estimate ?? null);
  return scrollTable({
    label: `${row.key} by slice`,
    look: "slices",
    head: markup`<tr>${sortHeader("slice")}${sortHeader("n")}${series.map(({ checkpoint }) => sortHeader(label(checkpoint.id)))}</tr>`,
    body: markup`<tr class="whole"><th scope="row" data-v="0">the whole task</th><td class="num" data-v="${overall[0]?.n ?? 0}">${overall[0]?.n ?? 0}</td>${overall.map((estimate) => estimateCell(estimate, row, null))}</tr>${list.map(
      (slice, order) =>
        markup`<tr><th scope="row" data-v="${order + 1}"><span class="field">${slice.field}</span> ${slice.value === "" ? "(none)" : slice.value}</th><td class="num" data-v="${slice.n}">${slice.n}${slice.n < FEW_SAMPLES && markup`<small>few</small>`}</td>${series.map(({ index }, at) => estimateCell(slice.estimates[row.key]?.[index] ?? null, row, overall[at] ?? null))}</tr>`,
    )}`,
  });
}

function estimateCell(estimate: Estimate | null, row: MetricRow, overall: Estimate | null): Html {
  if (estimate === null) return markup`<td class="num missing">${MISSING}</td>`;
  const bounds = `${formatScore(estimate.lo, row.unit)} to ${formatScore(estimate.hi, row.unit)}`;
  const isWorse = overall !== null && (row.higherIsBetter ? estimate.hi < overall.value : estimate.lo > overall.value);
  return markup`<td class="num${isWorse ? " weak" : ""}" data-v="${estimate.value}">${isWorse && markup`<span class="mark" title="worse than the whole task">▼</span>`}${formatScore(estimate.value, row.unit)}<small>${bounds}</small></td>`;
}

import type { Comparison, MetricRow } from "../../../src/compare/comparison.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { lossesAt } from "../../losses.ts";
import { cellOf, decidingFirst, seriesOf } from "../../metric-view.ts";
import { formatLoss, formatScore, formatSpan, MISSING } from "../../number-format.ts";
import { curveChart } from "../chart/curve-chart.ts";
import { curveData } from "../chart/curve-data.ts";
import { markup, type Html } from "../markup.ts";
import { scrollTable } from "../part/scroll-table.ts";
import { tabs } from "../part/tabs.ts";
import type { Section } from "./section.ts";

/** More tabs than this are a list nobody reads; the others are in the table of checkpoints. */
const MOST_METRICS = 12;
/** Two drawings each, so that letters keep their size on narrow screens. */
const WIDTHS = [
  { name: "wide", width: 1040 },
  { name: "narrow", width: 400 },
] as const;

export const curves: Section = {
  id: "curves",
  title: "Loss and scores",
  nav: "Curves",
  render(comparison) {
    if (seriesOf(comparison).length < 2 && comparison.training === null) return null;
    const rows = decidingFirst(comparison).slice(0, MOST_METRICS);
    const drawn: readonly (MetricRow | null)[] = rows.length === 0 ? [null] : rows;
    return markup`${tabs(
      drawn.map((row, order) => ({ name: row?.key ?? "loss", content: figure(comparison, row, order) })),
      { label: "Metric drawn below the loss" },
    )}${evidence(comparison)}`;
  },
  leftOut(comparison) {
    const all = decidingFirst(comparison).length;
    return all <= MOST_METRICS
      ? null
      : `Curves are drawn of ${MOST_METRICS} of the ${all} metrics; the table has them all.`;
  },
};

function figure(comparison: Comparison, row: MetricRow | null, order: number): Html {
  const data = curveData(comparison, row);
  const title = row === null ? "Loss over training" : `Loss and ${row.key} over training`;
  const description = describe(comparison, row);
  return markup`<figure>${WIDTHS.map(
    ({ name, width }) =>
      markup`<div class="${name}">${curveChart(data, { row, width, id: `curve-${order}-${name}`, title, description })}</div>`,
  )}<details><summary>The chart's numbers</summary>${numbers(comparison, row)}</details></figure>`;
}

function describe(comparison: Comparison, row: MetricRow | null): string {
  const { training, ship, checkpoints } = comparison;
  const since = training?.diagnosis.since ?? null;
  const parts = [
    ...(since === null ? [] : [`The onset between steps ${formatSpan(since)} is shaded.`]),
    ...(row === null ? [] : [`The band around ${row.key} is its confidence interval.`]),
    ...(ship === null
      ? []
      : [`The dashed line marks the checkpoint to ship, ${checkpointLabels(checkpoints)(ship.checkpoint)}.`]),
  ];
  return `${parts.join(" ")} The numbers follow as a table.`;
}

function numbers(comparison: Comparison, row: MetricRow | null): Html {
  const label = checkpointLabels(comparison.checkpoints);
  return scrollTable({
    label: "Numbers of the chart",
    look: "plain",
    head: markup`<tr><th scope="col">checkpoint</th><th scope="col">step</th><th scope="col">train loss</th><th scope="col">evaluation loss</th>${
      row !== null && markup`<th scope="col">${row.key}</th><th scope="col">interval</th><th scope="col">n</th>`
    }</tr>`,
    body: seriesOf(comparison).map(({ checkpoint, index }) => {
      const losses = lossesAt(comparison.training, checkpoint.step);
      const estimate = row === null ? null : (cellOf(comparison, row.key, index)?.estimate ?? null);
      return markup`<tr><th scope="row">${label(checkpoint.id)}</th><td class="num">${checkpoint.step ?? MISSING}</td><td class="num">${losses.train === null ? MISSING : formatLoss(losses.train)}</td><td class="num">${losses.val === null ? MISSING : formatLoss(losses.val)}</td>${
        row !== null &&
        markup`<td class="num">${estimate === null ? MISSING : formatScore(estimate.value, row.unit)}</td><td class="num">${estimate === null ? MISSING : `${formatScore(estimate.lo, row.unit)} to ${formatScore(estimate.hi, row.unit)}`}</td><td class="num">${estimate?.n ?? 0}</td>`
      }</tr>`;
    }),
  });
}

function evidence({ training }: Comparison): Html | null {
  const lines = training?.diagnosis.evidence ?? [];
  return lines.length === 0
    ? null
    : markup`<div class="evidence"><h3>Evidence</h3><ul>${lines.map((line) => markup`<li>${line}</li>`)}</ul></div>`;
}

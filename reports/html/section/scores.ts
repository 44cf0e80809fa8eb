import type { Comparison, MetricRow } from "../../../src/compare/comparison.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { lossesAt } from "../../losses.ts";
import { bestOf, cellOf, seriesOf, testRows, type IndexedCheckpoint } from "../../metric-view.ts";
import { formatLoss, formatScore, MISSING } from "../../number-format.ts";
import { markup, type Html } from "../markup.ts";
import { intervalScale, scoreCell } from "../part/score-cell.ts";
import { scrollTable, sortHeader } from "../part/scroll-table.ts";
import type { Section } from "./section.ts";

export const scores: Section = {
  id: "scores",
  title: "Checkpoints",
  render(comparison) {
    const series = seriesOf(comparison);
    const rows = testRows(comparison);
    if (series.length === 0 || rows.length === 0) return null;
    return markup`${scoreTable(comparison, { series, rows })}${legend(comparison)}${validation(comparison)}`;
  },
};

interface TableParts {
  readonly series: readonly IndexedCheckpoint[];
  readonly rows: readonly MetricRow[];
}

function scoreTable(comparison: Comparison, { series, rows }: TableParts): Html {
  const columns = rows.map((row) => ({ row, scale: intervalScale(comparison, row), best: bestOf(comparison, row) }));
  const losses = series.map(({ checkpoint }) => lossesAt(comparison.training, checkpoint.step));
  const hasLoss = losses.some(({ train, val }) => train !== null || val !== null);
  const hasSteps = series.some(({ checkpoint }) => checkpoint.step !== null);
  return scrollTable({
    label: "Scores of every checkpoint",
    look: "scores",
    head: markup`<tr>${sortHeader("checkpoint")}${hasSteps && sortHeader("step")}${hasLoss && markup`${sortHeader("train loss")}${sortHeader("eval loss")}`}${rows.map((row) => sortHeader(row.key, { note: direction(row) }))}</tr>`,
    body: series.map(({ checkpoint, index }, order) => {
      const { train, val } = losses[order] ?? { train: null, val: null };
      const reference = checkpoint.id === comparison.base ? "base" : null;
      return markup`<tr${checkpoint.id === comparison.ship?.checkpoint && markup` class="ship"`}>${nameCell(comparison, checkpoint.id, order)}${hasSteps && numberCell(checkpoint.step, String)}${hasLoss && markup`${numberCell(train, formatLoss)}${numberCell(val, formatLoss, checkpoint.step !== null && checkpoint.step === comparison.training?.diagnosis.ship)}`}${columns.map(({ row, scale, best }) => scoreCell(cellOf(comparison, row.key, index), { row, scale, isBest: best.has(index), reference }))}</tr>`;
    }),
  });
}

function direction(row: MetricRow): Html | null {
  return row.higherIsBetter ? null : markup`<small>lower is better</small>`;
}

function nameCell({ ship, checkpoints }: Comparison, id: string, order: number): Html {
  const label = checkpointLabels(checkpoints)(id);
  const isEqual = ship !== null && ship.checkpoint !== id && ship.equivalent.includes(id);
  return markup`<th scope="row" data-v="${order}">${label}${ship?.checkpoint === id && markup`<span class="badge">ship</span>`}${isEqual && markup`<small>as good within the error</small>`}</th>`;
}

function numberCell(value: number | null, format: (value: number) => string, isBest = false): Html {
  if (value === null) return markup`<td class="num missing">${MISSING}</td>`;
  return markup`<td class="num${isBest ? " best" : ""}" data-v="${value}">${isBest && markup`<span class="mark" title="lowest">•</span>`}<span class="value">${format(value)}</span></td>`;
}

function legend({ base, checkpoints, alpha }: Comparison): Html {
  return markup`<p class="legend"><span>• best of the series</span> <span>± half the 95 % interval</span><span>▲▼ change from ${checkpointLabels(checkpoints)(base)} over the samples that both answered</span><span>* significant at α = ${alpha} after Holm’s correction</span></p>`;
}

/** Scores on validation samples, which choose the checkpoint so that test scores are not the luckiest of many. */
function validation(comparison: Comparison): Html | null {
  const rows = comparison.rows.filter(({ split }) => split === "validation");
  if (rows.length === 0) return null;
  const label = checkpointLabels(comparison.checkpoints);
  const table = scrollTable({
    label: "Scores on validation samples",
    look: "plain",
    head: markup`<tr><th scope="col">checkpoint</th>${rows.map(({ key }) => markup`<th scope="col">${key}</th>`)}</tr>`,
    body: seriesOf(comparison).map(
      ({ checkpoint, index }) =>
        markup`<tr><th scope="row">${label(checkpoint.id)}</th>${rows.map((row) => {
          const estimate = cellOf(comparison, row.key, index)?.estimate ?? null;
          return markup`<td class="num">${estimate === null ? MISSING : `${formatScore(estimate.value, row.unit)} [${formatScore(estimate.lo, row.unit)}, ${formatScore(estimate.hi, row.unit)}]`}</td>`;
        })}</tr>`,
    ),
  });
  return markup`<details><summary>Scores on validation samples, used for choosing</summary>${table}</details>`;
}

import { span, type Line, type Look } from "../../../reports/console/span.ts";
import { cutMiddle } from "../../../reports/console/text-width.ts";
import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { bestOf, cellOf, changeOf, halfWidth, seriesOf, signedChange } from "../../../reports/metric-view.ts";
import { formatLoss, formatScore, MISSING } from "../../../reports/number-format.ts";
import type { Comparison, MetricRow, PairedDifference } from "../../compare/comparison.ts";
import { sparkline } from "../view/bar.ts";
import type { CompareRow } from "./compare-rows.ts";

/** Widest heading of a checkpoint's column. */
const HEADING = 11;

/** The names over the columns: steps where the series has them; brackets for the base, ▶ for the one to ship. */
export function columnHeadings(comparison: Comparison): readonly string[] {
  const { checkpoints, base, ship } = comparison;
  const label = checkpointLabels(checkpoints);
  const series = seriesOf(comparison);
  const hasSteps = series.every(({ checkpoint: { step } }) => step !== null);
  const areDistinct = new Set(series.map(({ checkpoint: { step } }) => step)).size === series.length;
  return checkpoints.map(({ id, role, step }) => {
    const name = role === "series" && hasSteps && areDistinct ? String(step) : cutMiddle(label(id), HEADING);
    const marked = id === ship?.checkpoint ? `▶${name}` : name;
    return id === base ? `[${marked}]` : marked;
  });
}

export function rowLabel(item: CompareRow): string {
  switch (item.kind) {
    case "metric":
      return escapeText(item.row.key);
    case "slice":
      return `└ ${escapeText(`${item.slice.field}=${item.slice.value}`)}`;
    case "loss":
      return item.which === "train" ? "train loss" : "val loss";
    default:
      return item satisfies never;
  }
}

/** The value of a row at a checkpoint, coloured where it differs significantly from the base. */
export function cellSpans(comparison: Comparison, item: CompareRow, index: number): Line {
  if (item.kind === "loss") {
    const value = item.values[index] ?? null;
    return value === null ? [] : [span(`${formatLoss(value)} `)];
  }
  if (item.kind === "slice") {
    const estimate = item.slice.estimates[item.row.key]?.[index] ?? null;
    return [span(estimate === null ? `${MISSING} ` : `${formatScore(estimate.value, item.row.unit)} `, "dim")];
  }
  const cell = cellOf(comparison, item.row.key, index);
  if (cell?.estimate == null) return [span(`${MISSING} `, "dim")];
  const isBest = bestOf(comparison, item.row).has(index);
  const look = differenceLook(item.row, cell.difference);
  return [
    ...(isBest ? [span("•", "accent")] : []),
    span(formatScore(cell.estimate.value, item.row.unit), look === "dim" ? (isBest ? "bold" : "plain") : look),
    span(cell.difference?.significant === true ? "*" : " ", look),
  ];
}

const LOOKS: Readonly<Record<ReturnType<typeof changeOf>, Look>> = { better: "good", worse: "bad", none: "dim" };

export function differenceLook(row: MetricRow, difference: PairedDifference | null): Look {
  return difference === null ? "dim" : LOOKS[changeOf(row, difference)];
}

/** A bar a checkpoint of the series. */
export function trendOf(comparison: Comparison, item: CompareRow): string {
  return sparkline(seriesOf(comparison).map(({ index }) => valueOf(comparison, item, index)));
}

function valueOf(comparison: Comparison, item: CompareRow, index: number): number | null {
  switch (item.kind) {
    case "metric":
      return cellOf(comparison, item.row.key, index)?.estimate?.value ?? null;
    case "slice":
      return item.slice.estimates[item.row.key]?.[index]?.value ?? null;
    case "loss":
      return item.values[index] ?? null;
    default:
      return item satisfies never;
  }
}

/** "▲ +0.8 ±0.7 *" of the checkpoint under the cursor. */
export function changeSpans(comparison: Comparison, item: CompareRow, index: number): Line {
  if (item.kind !== "metric") return [];
  const difference = cellOf(comparison, item.row.key, index)?.difference ?? null;
  if (difference === null)
    return [span(comparison.checkpoints[index]?.id === comparison.base ? "base" : MISSING, "dim")];
  const look = differenceLook(item.row, difference);
  return [
    span(signedChange(difference.value, item.row), look),
    span(` ±${formatScore(halfWidth(difference), item.row.unit)}`, "dim"),
    span(difference.significant ? " *" : "  ", look),
  ];
}

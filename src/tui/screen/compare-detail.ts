import { span, type Line } from "../../../reports/console/span.ts";
import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { FEW_SAMPLES, verdictLabel } from "../../../reports/findings.ts";
import { cellOf, signedChange } from "../../../reports/metric-view.ts";
import { formatCount, formatLoss, formatP, formatScore, MISSING } from "../../../reports/number-format.ts";
import type { Comparison, MetricRow, PairedDifference } from "../../compare/comparison.ts";
import type { Estimate } from "../../core/estimate.ts";
import { frame, insideFrame } from "../view/frame.ts";
import { textBlock, type Size, type TuiLine } from "../view/line.ts";
import { differenceLook } from "./compare-cells.ts";
import type { CompareCursor } from "./compare-keys.ts";
import type { CompareRow } from "./compare-rows.ts";

/** Prose wider than this is hard to read. */
const PROSE_WIDTH = 110;

/** The cell under the cursor in full sentences: interval, test, flips; below it the run's verdict. */
export function cellDetail(comparison: Comparison, { rows, row, column }: CompareCursor, size: Size): TuiLine[] {
  const item = rows[row];
  if (item === undefined || size.height < 3) return [];
  const inside = insideFrame(size);
  const verdict = verdictLabel(comparison);
  const lines: TuiLine[] = [
    ...itemLines(comparison, item, column),
    [],
    ...comparison.summary.flatMap((sentence) => textBlock(sentence, Math.min(inside.width, PROSE_WIDTH), "dim")),
  ];
  const name = checkpointLabels(comparison.checkpoints)(comparison.checkpoints[column]?.id ?? "");
  return frame(lines, {
    ...size,
    title: [span(`${titleOf(item)} · ${name}`, "bold")],
    note: [span(verdict.word.toUpperCase(), verdict.tone)],
  });
}

/** What a row is about, in words. */
export function titleOf(item: CompareRow): string {
  if (item.kind === "loss") return item.which === "train" ? "training loss" : "validation loss";
  const slice = item.kind === "slice" ? ` ${item.slice.field}=${item.slice.value}` : "";
  return escapeText(item.row.key + slice);
}

function itemLines(comparison: Comparison, item: CompareRow, index: number): TuiLine[] {
  switch (item.kind) {
    case "loss": {
      const value = item.values[index] ?? null;
      return [[span(value === null ? "not logged at this step" : formatLoss(value))]];
    }
    case "slice": {
      const few = item.slice.n < FEW_SAMPLES ? `  only ${item.slice.n} samples: it says little` : "";
      return [[...estimateSpans(item.slice.estimates[item.row.key]?.[index] ?? null, item.row), span(few, "warn")]];
    }
    case "metric":
      return metricLines(comparison, item.row, index);
    default:
      return item satisfies never;
  }
}

function metricLines(comparison: Comparison, row: MetricRow, index: number): TuiLine[] {
  const cell = cellOf(comparison, row.key, index);
  if (cell === null) return [[span(MISSING, "dim")]];
  const { estimate, failed, skipped, difference } = cell;
  return [
    [
      ...estimateSpans(estimate, row),
      span(failed > 0 ? `  ${formatCount(failed)} failed` : "", "bad"),
      span(skipped > 0 ? `  ${formatCount(skipped)} skipped` : "", "dim"),
    ],
    ...differenceLines(comparison, { row, difference, index }),
  ];
}

function estimateSpans(estimate: Estimate | null, { unit }: MetricRow): Line {
  if (estimate === null) return [span(MISSING, "dim")];
  const { value, lo, hi, n, method } = estimate;
  return [
    span(formatScore(value, unit), "bold"),
    span(` [${formatScore(lo, unit)}, ${formatScore(hi, unit)}]`),
    span(`  n ${formatCount(n)}  ${method}`, "dim"),
  ];
}

interface ShownDifference {
  readonly row: MetricRow;
  readonly difference: PairedDifference | null;
  readonly index: number;
}

function differenceLines(comparison: Comparison, { row, difference, index }: ShownDifference): TuiLine[] {
  const { checkpoints, base, alpha } = comparison;
  const label = checkpointLabels(checkpoints);
  const here = checkpoints[index];
  if (difference === null) {
    return here?.id === base ? [[span("the base: differences are taken against it", "dim")]] : [];
  }
  const against = label(here?.role === "variant" ? (here.parent ?? base) : base);
  const { value, lo, hi, n, p, pAdjusted, test, significant, fixed, broken, same } = difference;
  const verdict = significant ? `significant at ${alpha}` : "not significant";
  return [
    [
      span(
        `${signedChange(value, row)} [${formatScore(lo, row.unit)}, ${formatScore(hi, row.unit)}]`,
        differenceLook(row, difference),
      ),
      span(` against ${against}, ${verdict}`),
    ],
    [
      span(`fixed ${formatCount(fixed)}`, fixed > 0 ? "good" : "dim"),
      span("  "),
      span(`broken ${formatCount(broken)}`, broken > 0 ? "bad" : "dim"),
      span(`  same ${formatCount(same)}`, "dim"),
    ],
    [
      span(
        `${formatP(p)}, with Holm ${formatP(pAdjusted).replace(/^p (= )?/u, "")}  ${test}  ${formatCount(n)} pairs`,
        "dim",
      ),
    ],
  ];
}

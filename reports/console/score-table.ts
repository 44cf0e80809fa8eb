import type { Comparison } from "../../src/compare/comparison.ts";
import { checkpointLabels } from "../checkpoint-label.ts";
import { lossesAt } from "../losses.ts";
import { bestOf, seriesOf, testRows, type IndexedCheckpoint } from "../metric-view.ts";
import { formatLoss, MISSING, plural } from "../number-format.ts";
import { columnBlocks, type ColumnGroup } from "./column-blocks.ts";
import { metricGroup } from "./metric-group.ts";
import { lineWidth, span, type Line } from "./span.ts";
import { cutMiddle, wrapParts } from "./text-width.ts";

/** More checkpoints than this are thinned out, keeping those that matter. */
const MOST_ROWS = 40;
const NAME_WIDTH = 28;

/** The checkpoints of the series against every metric of the test split. */
export function scoreTable(comparison: Comparison, width: number): Line[] {
  const series = seriesOf(comparison);
  const shown = thin(comparison, series);
  const rows = testRows(comparison);
  if (shown.length === 0 || rows.length === 0) return [];
  const indices = shown.map(({ index }) => index);
  const groups = rows.map((row) =>
    metricGroup(comparison, row, {
      shown: indices,
      reference: (index) => (comparison.checkpoints[index]?.id === comparison.base ? "base" : null),
      trend: true,
    }),
  );
  const losses = lossGroup(comparison, shown);
  const hidden = series.length - shown.length;
  return [
    ...columnBlocks({
      width,
      key: nameGroup(comparison, shown),
      groups: losses === null ? groups : [losses, ...groups],
    }),
    ...(hidden === 0 ? [] : [[span(`  ${plural(hidden, "checkpoint")} more in the HTML and JSON reports`, "dim")]]),
    ...legend(comparison, width),
  ];
}

function nameGroup(comparison: Comparison, shown: readonly IndexedCheckpoint[]): ColumnGroup {
  const label = checkpointLabels(comparison.checkpoints);
  const equivalent = new Set(comparison.ship?.equivalent);
  // "checkpoint-441" has already said its step.
  const hasSteps = shown.some(({ checkpoint: { id, step } }) => step !== null && !label(id).endsWith(`-${step}`));
  return {
    header: [[span("checkpoint", "bold"), span(hasSteps ? ", step" : "", "dim")], []],
    columns: [
      {
        align: "left",
        cells: shown.map(({ checkpoint }) => {
          if (checkpoint.id === comparison.ship?.checkpoint) return [span("▶", "accent")];
          return [span(equivalent.has(checkpoint.id) ? "≈" : " ", "dim")];
        }),
      },
      {
        align: "left",
        cells: shown.map(({ checkpoint }) => {
          const look = checkpoint.id === comparison.ship?.checkpoint ? "bold" : "plain";
          return [span(cutMiddle(label(checkpoint.id), NAME_WIDTH), look)];
        }),
      },
      {
        align: "right",
        cells: shown.map(({ checkpoint: { step } }) => [span(!hasSteps || step === null ? "" : ` ${step}`, "dim")]),
      },
    ],
  };
}

function lossGroup(comparison: Comparison, shown: readonly IndexedCheckpoint[]): ColumnGroup | null {
  const { training } = comparison;
  if (training === null) return null;
  const losses = shown.map(({ checkpoint }) => ({ step: checkpoint.step, ...lossesAt(training, checkpoint.step) }));
  if (losses.every(({ train, val }) => train === null && val === null)) return null;
  const lowest = training.diagnosis.ship;
  const trainCells: Line[] = losses.map(({ train }) => [lossSpan(train)]);
  const valCells = losses.map(({ step, val }): Line =>
    step !== null && step === lowest && val !== null
      ? [span(" •", "accent"), span(formatLoss(val), "bold")]
      : [span("  "), lossSpan(val)],
  );
  const heads = [headOver("train", trainCells), headOver("val", valCells)];
  return {
    header: [[span("loss", "bold")], [span(heads.join(" "), "dim")]],
    columns: [
      { align: "right", cells: trainCells },
      { align: "right", cells: valCells },
    ],
  };
}

function headOver(text: string, cells: readonly Line[]): string {
  return text.padStart(Math.max(...cells.map(lineWidth)));
}

function lossSpan(loss: number | null): ReturnType<typeof span> {
  return loss === null ? span(MISSING, "dim") : span(formatLoss(loss));
}

function legend({ base, checkpoints, alpha, ship }: Comparison, width: number): Line[] {
  const label = checkpointLabels(checkpoints);
  const parts = [
    ...(ship === null ? [] : ["▶ ship", ...(ship.equivalent.length > 1 ? ["≈ as good within the error"] : [])]),
    "• best",
    "± half the interval",
    `▲▼ change from ${cutMiddle(label(base), NAME_WIDTH)} on the same samples`,
    `* significant (α ${alpha}, Holm)`,
  ];
  return wrapParts(parts, { separator: "   ", width: width - 2 }).map((line) => [span(`  ${line}`, "dim")]);
}

/** At most MOST_ROWS checkpoints: the ends, the chosen, the best of each metric, and others evenly between. */
function thin(comparison: Comparison, series: readonly IndexedCheckpoint[]): readonly IndexedCheckpoint[] {
  if (series.length <= MOST_ROWS) return series;
  const kept = new Set([series[0]?.index, series.at(-1)?.index]);
  for (const { checkpoint, index } of series) {
    if (checkpoint.id === comparison.base || checkpoint.id === comparison.ship?.checkpoint) kept.add(index);
  }
  for (const row of testRows(comparison)) {
    const [best] = bestOf(comparison, row);
    if (best !== undefined && kept.size < MOST_ROWS) kept.add(best);
  }
  const stride = series.length / MOST_ROWS;
  for (let at = 0; at < series.length && kept.size < MOST_ROWS; at += stride) kept.add(series[Math.floor(at)]?.index);
  return series.filter(({ index }) => kept.has(index));
}

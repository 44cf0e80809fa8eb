import { span } from "../../../reports/console/span.ts";
import { cutMiddle } from "../../../reports/console/text-width.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { largestTriangles } from "../../../reports/html/chart/lttb.ts";
import { formatLoss, formatScore, formatSpan } from "../../../reports/number-format.ts";
import type { MetricFacts, Snapshot } from "../model/snapshot.ts";
import { frame, insideFrame } from "../view/frame.ts";
import { beside, fitBlock, type Size, type TuiLine } from "../view/line.ts";
import { drawPlot, type Plot, type PlotPoint } from "../view/plot.ts";

/** Rows that a row of plots should have at least, their frame included. */
export const PLOT_ROWS = 8;
/** Narrower frames show no curve. */
const PLOT_COLUMNS = 36;
/** Taller plots gain nothing from more rows. */
const ENOUGH_ROWS = 22;

/** What plots are made of. */
export type PlotSource = Pick<Snapshot, "training" | "diagnosis" | "rows" | "checkpoints" | "scores" | "comparison">;

/** Plots beside each other at most. */
export function plotColumns(width: number): number {
  return Math.max(1, Math.floor(width / PLOT_COLUMNS));
}

/** The losses and the first metrics over the steps, as many plots as there is room for. */
export function drawPlots(snapshot: PlotSource, { width, height }: Size): TuiLine[] {
  const plots = [lossPlot(snapshot), ...snapshot.rows.map((row) => scorePlot(snapshot, row))].filter(
    (each) => each !== null,
  );
  const acrossMost = plotColumns(width);
  const down = Math.max(1, Math.min(Math.ceil(plots.length / acrossMost), Math.floor(height / PLOT_ROWS)));
  const across = Math.min(acrossMost, Math.ceil(plots.length / down));
  if (plots.length === 0) return [];
  const rowHeight = Math.min(ENOUGH_ROWS, Math.floor(height / down));
  const lines: TuiLine[] = [];
  for (let row = 0; row < down; row++) {
    const group = plots.slice(row * across, (row + 1) * across);
    lines.push(
      ...beside(
        ...Array.from({ length: across }, (_, index) => {
          const from = Math.floor((width * index) / across);
          const size = { width: Math.floor((width * (index + 1)) / across) - from, height: rowHeight };
          const plot = group[index];
          return plot === undefined
            ? fitBlock([], size)
            : frame(drawPlot(plot.plot, insideFrame(size)), { ...size, title: plot.title, note: plot.note });
        }),
      ),
    );
  }
  return lines;
}

interface TitledPlot {
  readonly title: TuiLine;
  readonly note: TuiLine;
  readonly plot: Plot;
}

/** Null without a training log. */
function lossPlot(snapshot: PlotSource): TitledPlot | null {
  const { training, diagnosis } = snapshot;
  const train = lossPoints(training.map(({ step, trainLoss }) => ({ x: step, y: trainLoss })));
  const evaluation = lossPoints(training.map(({ step, evalLoss }) => ({ x: step, y: evalLoss })));
  if (train.length + evaluation.length === 0) return null;
  const since = diagnosis?.since ?? null;
  return {
    title: [
      span("Loss ", "bold"),
      span("⠒train", "dim"),
      ...(evaluation.length === 0 ? [] : [span(" ●eval", "accent")]),
    ],
    note: since === null ? [] : [span(`${diagnosis?.verdict ?? ""} ${formatSpan(since)}`, "warn")],
    plot: {
      series: [
        { points: train, look: "dim", gap: 1 },
        { points: evaluation, look: "accent", gap: 1, ...(evaluation.length <= 24 ? { mark: "●" } : {}) },
      ],
      domain: domainOf(snapshot),
      band: since,
      flag: shipStep(snapshot),
      format: formatLoss,
    },
  };
}

/** A metric over the series; null where checkpoints have no steps. */
function scorePlot(snapshot: PlotSource, row: MetricFacts): TitledPlot | null {
  const points = snapshot.checkpoints.flatMap(({ checkpoint: { role, step }, state }, index): PlotPoint[] => {
    const estimate = state === "done" ? (snapshot.scores[row.key]?.[index] ?? null) : null;
    if (role !== "series" || step === null || estimate === null || !Number.isFinite(estimate.value)) return [];
    return [{ x: step, y: estimate.value, lo: estimate.lo, hi: estimate.hi }];
  });
  const hasSteps = snapshot.checkpoints.some(({ checkpoint: { role, step } }) => role === "series" && step !== null);
  if (!hasSteps) return null;
  return {
    title: [span(cutMiddle(escapeText(row.key), 28), "bold")],
    note: row.higherIsBetter ? [] : [span("lower is better", "dim")],
    plot: {
      series: [{ points, look: "accent", gap: 1, ...(points.length <= 24 ? { mark: "●" } : {}) }],
      domain: domainOf(snapshot),
      band: null,
      flag: shipStep(snapshot),
      format: (value) => formatScore(value, row.unit),
    },
  };
}

/** The steps of log and checkpoints together: one axis for all plots. */
function domainOf({ training, checkpoints }: PlotSource): readonly [number, number] {
  const steps = [
    ...[training[0], training.at(-1)].flatMap((point) => (point === undefined ? [] : [point.step])),
    ...checkpoints.flatMap(({ checkpoint: { role, step } }) => (role === "series" && step !== null ? [step] : [])),
  ];
  return [Math.min(...steps), Math.max(...steps)];
}

function shipStep({ comparison }: PlotSource): number | null {
  return comparison?.ship?.step ?? null;
}

/** More points than a wide terminal has dots draw nothing more. A loss that is not a number is a gap. */
function lossPoints(points: readonly { readonly x: number; readonly y: number | undefined }[]): readonly PlotPoint[] {
  const drawn = points.flatMap(({ x, y }) => (y !== undefined && Number.isFinite(y) ? [{ x, y }] : []));
  return largestTriangles(drawn, 400);
}

import type { Comparison, MetricRow } from "../../../src/compare/comparison.ts";
import type { Estimate } from "../../../src/core/estimate.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { cellOf, seriesOf } from "../../metric-view.ts";
import { largestTriangles, type Point } from "./lttb.ts";

/** More points than this cannot be told apart at the width of a page. */
const MOST_POINTS = 240;

export interface ScoredPoint {
  readonly x: number;
  readonly label: string;
  readonly estimate: Estimate;
  readonly isShip: boolean;
}

/** What a chart of a training run draws: losses and one metric over the steps. */
export interface CurveData {
  readonly train: readonly Point[];
  readonly evaluation: readonly Point[];
  readonly scores: readonly ScoredPoint[];
  /** The checkpoints along the axis, in order. */
  readonly stops: readonly { readonly x: number; readonly label: string }[];
  /** True if the axis counts steps; otherwise checkpoints stand side by side in their order. */
  readonly hasSteps: boolean;
  /** Steps between which overfitting or divergence began. */
  readonly onset: { readonly lo: number; readonly hi: number; readonly text: string } | null;
  readonly ship: { readonly x: number; readonly label: string } | null;
}

export function curveData(comparison: Comparison, row: MetricRow | null): CurveData {
  const series = seriesOf(comparison);
  const label = checkpointLabels(comparison.checkpoints);
  const hasSteps = series.length > 0 && series.every(({ checkpoint }) => checkpoint.step !== null);
  const stops = series.map(({ checkpoint, index }, order) => ({
    index,
    id: checkpoint.id,
    x: hasSteps ? (checkpoint.step ?? order) : order,
    label: label(checkpoint.id),
  }));
  const shipped = stops.find(({ id }) => id === comparison.ship?.checkpoint);
  const points = hasSteps ? (comparison.training?.points ?? []) : [];
  return {
    train: lossPoints(points.map(({ step, trainLoss }) => ({ x: step, y: trainLoss }))),
    evaluation: lossPoints(points.map(({ step, evalLoss }) => ({ x: step, y: evalLoss }))),
    scores: stops.flatMap(({ index, id, x, label: name }) => {
      const estimate = row === null ? null : (cellOf(comparison, row.key, index)?.estimate ?? null);
      return estimate === null || !Number.isFinite(estimate.value)
        ? []
        : [{ x, label: name, estimate, isShip: id === shipped?.id }];
    }),
    stops,
    hasSteps,
    onset: hasSteps ? onsetOf(comparison) : null,
    ship: shipped === undefined ? null : { x: shipped.x, label: shipped.label },
  };
}

function onsetOf({ training }: Comparison): CurveData["onset"] {
  const diagnosis = training?.diagnosis;
  if (diagnosis === undefined || diagnosis.since === null) return null;
  return { ...diagnosis.since, text: diagnosis.verdict === "diverged" ? "diverges at" : "overfitting begins" };
}

/** What can be drawn of a loss curve: a loss that is not a number is a gap. */
function lossPoints(points: readonly { readonly x: number; readonly y: number | undefined }[]): readonly Point[] {
  const drawn = points.flatMap(({ x, y }) => (y !== undefined && Number.isFinite(y) ? [{ x, y }] : []));
  return largestTriangles(drawn, MOST_POINTS);
}

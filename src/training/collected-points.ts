import type { TrainingPoint } from "../core/series.ts";

/** The points of a followed log, put together again. */
export interface CollectedPoints {
  /** As `followTrainingLog` delivers them: a step may come again with other fields, or go back after a resume. */
  add(point: TrainingPoint): void;
  /** Ascending steps, each once. */
  all(): readonly TrainingPoint[];
  /** Evaluation loss at a step. */
  lossAt(step: number): number | undefined;
}

export function collectPoints(): CollectedPoints {
  const points: TrainingPoint[] = [];
  return {
    add(point) {
      while ((points.at(-1)?.step ?? -1) > point.step) points.pop();
      const last = points.at(-1);
      if (last?.step !== point.step) points.push(point);
      else points[points.length - 1] = merged(last, point);
    },
    all: () => points,
    lossAt: (step) => points.find((point) => point.step === step)?.evalLoss,
  };
}

function merged(before: TrainingPoint, after: TrainingPoint): TrainingPoint {
  const extra = { ...before.extra, ...after.extra };
  return { ...before, ...after, ...(Object.keys(extra).length > 0 && { extra }) };
}

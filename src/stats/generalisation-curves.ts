import type { TrainingPoint } from "../core/series.ts";

/** Losses over steps; finite, steps ascending. */
export interface Curve {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

/** The two curves of a training run. */
export interface LossCurves {
  readonly evaluation: Curve;
  /** Means of what was logged up to each evaluation since the one before, so that both curves have the same grain. */
  readonly train: Curve;
  /** The very first training loss; null if there is none. */
  readonly firstTrain: { readonly step: number; readonly loss: number } | null;
}

// Without evaluations to divide the steps by, and far more than any test below needs.
const BINS = 100;

/** Takes the finite losses out of a log's points. */
export function lossCurves(points: readonly TrainingPoint[]): LossCurves {
  const evaluation = curveOf(points, (point) => point.evalLoss);
  const logged = curveOf(points, (point) => point.trainLoss);
  const firstStep = logged.steps[0];
  return {
    evaluation,
    train: meansUpTo(logged, evaluation.steps.length > 0 ? evaluation.steps : binEnds(logged.steps)),
    firstTrain: firstStep === undefined ? null : { step: firstStep, loss: logged.losses[0] as number },
  };
}

function curveOf(points: readonly TrainingPoint[], lossOf: (point: TrainingPoint) => number | undefined): Curve {
  const steps: number[] = [];
  const losses: number[] = [];
  for (const point of points) {
    const loss = lossOf(point);
    if (loss === undefined || !Number.isFinite(loss)) continue;
    steps.push(point.step);
    losses.push(loss);
  }
  return { steps, losses };
}

function binEnds(steps: readonly number[]): readonly number[] {
  const size = Math.ceil(steps.length / BINS);
  return steps.filter((_, i) => (i + 1) % size === 0);
}

/** The mean of each stretch that ends at one of the given steps; what follows the last is a stretch of its own. */
function meansUpTo({ steps, losses }: Curve, ends: readonly number[]): Curve {
  const means: { steps: number[]; losses: number[] } = { steps: [], losses: [] };
  let sum = 0;
  let count = 0;
  let end = 0;
  const close = (step: number): void => {
    if (count > 0) {
      means.steps.push(step);
      means.losses.push(sum / count);
    }
    sum = 0;
    count = 0;
  };
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i] as number;
    while (end < ends.length && step > (ends[end] as number)) close(ends[end++] as number);
    sum += losses[i] as number;
    count++;
  }
  close(end < ends.length ? (ends[end] as number) : (steps.at(-1) ?? 0));
  return means;
}

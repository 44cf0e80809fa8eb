import type { TrainingPoint } from "../core/series.ts";
import type { Curve, LossCurves } from "./generalisation-curves.ts";
import { LEVEL_OF, MEANINGFUL } from "./generalisation-thresholds.ts";
import { median } from "./trend.ts";

/** Where a training run broke down, and what shows it. */
export interface Divergence {
  /** The last step known to be sound and the first known not to be. */
  readonly since: { readonly lo: number; readonly hi: number };
  readonly evidence: string;
}

// Fp16 training skips steps with infinite gradients while it looks for a loss scale; three logged ones in a row up to
// the end of the log are no search.
const LASTING_GRADIENTS = 3;
// Loggers round to four digits, so that a real 0.0 comes after losses of about 0.0001.
const TOO_HIGH_TO_BE_FOLLOWED_BY_ZERO = 0.01;

/** Losses that are no numbers, or zeros and gradient norms by which a trainer hides them. Null if there are none. */
export function findNonFinite(points: readonly TrainingPoint[]): Divergence | null {
  let previousLoss: number | undefined;
  let sound = points[0]?.step ?? 0;
  for (const point of points) {
    const evidence = brokenPoint(point, previousLoss);
    if (evidence !== null) return { since: { lo: sound, hi: point.step }, evidence };
    if (point.trainLoss !== undefined) previousLoss = point.trainLoss;
    sound = point.step;
  }
  return lastingGradients(points);
}

function brokenPoint({ step, trainLoss, evalLoss, gradNorm }: TrainingPoint, previousLoss?: number): string | null {
  if (trainLoss !== undefined && !Number.isFinite(trainLoss)) return `training loss is ${trainLoss} at step ${step}`;
  if (evalLoss !== undefined && !Number.isFinite(evalLoss)) return `evaluation loss is ${evalLoss} at step ${step}`;
  if (trainLoss !== 0) return null;
  if (gradNorm !== undefined && !Number.isFinite(gradNorm)) {
    return `training loss is logged as exactly 0 at step ${step} while the gradient norm is ${gradNorm}: the trainer hides losses that are no numbers`;
  }
  if (gradNorm === undefined && previousLoss !== undefined && previousLoss > TOO_HIGH_TO_BE_FOLLOWED_BY_ZERO) {
    return `training loss is logged as exactly 0 at step ${step} after ${previousLoss}: trainers log this for losses that are no numbers`;
  }
  return null;
}

function lastingGradients(points: readonly TrainingPoint[]): Divergence | null {
  const logged = points.filter((point) => point.gradNorm !== undefined);
  let from = logged.length;
  while (from > 0 && !Number.isFinite(logged[from - 1]?.gradNorm)) from--;
  const first = logged[from];
  if (first === undefined || logged.length - from < LASTING_GRADIENTS) return null;
  return {
    since: { lo: logged[from - 1]?.step ?? first.step, hi: first.step },
    evidence: `the gradient norm is ${first.gradNorm} from step ${first.step} to the end`,
  };
}

/** Finite, but both losses end above where they began. Null if they do not. */
export function findExplosion({ evaluation, train, firstTrain }: LossCurves): Divergence | null {
  const start = startLevel({ evaluation, firstTrain });
  if (start === null || train.losses.length < LEVEL_OF) return null;
  const limit = start + MEANINGFUL * Math.abs(start);
  const [trainEnd, evaluationEnd] = [endLevel(train), endLevel(evaluation)];
  if (!(trainEnd > limit && evaluationEnd > limit)) return null;
  const lastSound = evaluation.losses.findLastIndex((loss) => loss <= start);
  const lo = evaluation.steps[Math.max(0, lastSound)] as number;
  const hi = evaluation.steps[lastSound + 1] ?? lo;
  return {
    since: { lo, hi },
    evidence: `training loss ends at ${short(trainEnd)} and evaluation loss at ${short(evaluationEnd)}, both above the ${short(start)} they began with`,
  };
}

/** The loss before anything was learned: the first evaluation, or a training loss logged before it if that is higher. */
export function startLevel({ evaluation, firstTrain }: Pick<LossCurves, "evaluation" | "firstTrain">): number | null {
  const [step, loss] = [evaluation.steps[0], evaluation.losses[0]];
  if (step === undefined || loss === undefined) return null;
  return firstTrain !== null && firstTrain.step < step ? Math.max(loss, firstTrain.loss) : loss;
}

function endLevel({ losses }: Curve): number {
  return median(losses.slice(-LEVEL_OF));
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

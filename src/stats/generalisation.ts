import type { TrainingPoint } from "../core/series.ts";
import type { Diagnosis, Generalisation } from "../core/verdict.ts";
import { lossCurves, type Curve, type LossCurves } from "./generalisation-curves.ts";
import { findExplosion, findNonFinite, startLevel, type Divergence } from "./generalisation-divergence.ts";
import { describeEvidence, type Findings } from "./generalisation-evidence.ts";
import { evaluationShape, trainSince, type EvaluationShape, type TrainSince } from "./generalisation-shape.ts";
import {
  ABOVE,
  FEWEST_AFTER_BEST,
  FEWEST_EVALUATIONS,
  LARGE,
  MEANINGFUL,
  P_SURE,
  SMALL,
} from "./generalisation-thresholds.ts";

/**
 * Says from the loss curves whether a training run generalises. In this order:
 * - diverged: a loss is no number (or hidden as 0), or both losses end above where they began;
 * - inconclusive: fewer than four evaluations;
 * - regressed: the evaluation loss rose for good and the training loss rose with it;
 * - overfit: the evaluation loss rose for good, by 3 % and two standard errors while the training loss fell, by 10 %
 *   while it did not, or by 1.5 % in a trend of p ≤ 0.005;
 * - plateau: less than 3 % was ever gained;
 * - underfit: still falling at the end;
 * - inconclusive: the noise hides whether it rose;
 * - healthy: the rest.
 * @param points ascending steps, as a log reader delivers them
 */
export function diagnose(points: readonly TrainingPoint[]): Diagnosis {
  const curves = lossCurves(points);
  const { evaluation, train } = curves;
  const shape = evaluation.steps.length === 0 ? null : evaluationShape(evaluation);
  const bestStep = shape === null ? null : (evaluation.steps[shape.best] as number);
  const since = bestStep === null ? null : trainSince(train, bestStep);
  const divergence = findNonFinite(points) ?? findExplosion(curves);
  const verdict = judge(curves, shape, since, divergence);
  const findings: Findings = { points, curves, shape, train: since, divergence, verdict };
  return {
    verdict,
    since:
      divergence !== null
        ? divergence.since
        : verdict === "overfit" && shape !== null
          ? onset(evaluation, shape)
          : null,
    ship: bestStep,
    equivalent: shape === null ? [] : shape.equivalent.map((i) => evaluation.steps[i] as number),
    ...describeEvidence(findings),
  };
}

function judge(
  curves: LossCurves,
  shape: EvaluationShape | null,
  train: TrainSince | null,
  divergence: Divergence | null,
): Generalisation {
  if (divergence !== null) return "diverged";
  if (shape === null || curves.evaluation.steps.length < FEWEST_EVALUATIONS) return "inconclusive";
  const rose =
    shape.afterBest >= FEWEST_AFTER_BEST && shape.rise >= MEANINGFUL && shape.rise >= ABOVE * shape.riseError;
  if (rose && train?.change === "rose") return "regressed";
  if (!shape.stillFalling && hasOverfitted(shape, train, rose)) return "overfit";
  const start = startLevel(curves) as number;
  if (start - shape.valley < MEANINGFUL * Math.abs(start)) return "plateau";
  if (shape.stillFalling) return "underfit";
  if (shape.rise >= MEANINGFUL && ABOVE * shape.riseError > LARGE) return "inconclusive";
  return "healthy";
}

function hasOverfitted(shape: EvaluationShape, train: TrainSince | null, rose: boolean): boolean {
  if (shape.afterBest >= FEWEST_AFTER_BEST && shape.pRise <= P_SURE && shape.riseFromBest >= SMALL) return true;
  return rose && (train?.change === "fell" || shape.rise >= LARGE);
}

/**
 * Between which steps the lowest point of the true curve lies: from the first of the unbroken row of equivalent
 * evaluations that leads to the lowest, to the first after which none is equivalent any more.
 */
function onset({ steps }: Curve, { best, equivalent }: EvaluationShape): { lo: number; hi: number } {
  const within = new Set(equivalent);
  let lo = best;
  while (within.has(lo - 1)) lo--;
  const last = equivalent.at(-1) as number;
  return { lo: steps[lo] as number, hi: steps[Math.min(last + 1, steps.length - 1)] as number };
}

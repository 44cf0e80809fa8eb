import type { Curve } from "./generalisation-curves.ts";
import {
  ABOVE,
  EQUIVALENT,
  LEVEL_OF,
  MEANINGFUL,
  P_TREND,
  SHORT_CURVE,
  STILL_FALLING,
  VALLEY,
} from "./generalisation-thresholds.ts";
import { curveNoise } from "./noise-band.ts";
import { mannKendall, median, theilSen } from "./trend.ts";

/** What an evaluation curve looks like. Losses in the log's own unit, "relative" as parts of the valley's level. */
export interface EvaluationShape {
  /** Standard deviation of one evaluation, from the later part of the curve. */
  readonly noise: number;
  /** Index of the lowest evaluation, the first of equals. */
  readonly best: number;
  /** Indexes of the evaluations that cannot be told from the lowest, ascending. */
  readonly equivalent: readonly number[];
  /** Mean of the evaluations nearest to the lowest, and their number: the lowest alone is low by luck. */
  readonly valley: number;
  readonly valleySize: number;
  /** Median of the last evaluations after the lowest, up to three. */
  readonly end: number;
  /** Relative rise from the valley to the end, and its standard error. */
  readonly rise: number;
  readonly riseError: number;
  /** Relative rise from the lowest evaluation to the end. */
  readonly riseFromBest: number;
  /** Chance of so clear an upward order after the lowest evaluation, were there none (Mann–Kendall, one-sided). */
  readonly pRise: number;
  readonly afterBest: number;
  /** True if the loss was still falling when the log ends, and as long a training again would bring it to the valley. */
  readonly stillFalling: boolean;
}

// Trend tests compare all pairs; more points than this say no more and cost quadratic time.
const MOST_POINTS = 500;
// Variance of the median of one, two and three normal values, over that of one.
const MEDIAN_VARIANCE = [0, 1, 0.5, 0.4487] as const;

/** Measures an evaluation curve of at least one point. */
export function evaluationShape(curve: Curve): EvaluationShape {
  const { losses } = curve;
  const best = lowest(losses);
  const noise = lateNoise(curve);
  const lowestLoss = losses[best] as number;
  const near = losses.filter((loss) => loss <= lowestLoss + VALLEY * noise);
  const valley = near.reduce((sum, loss) => sum + loss, 0) / near.length;
  const after = losses.slice(best + 1);
  const last = after.slice(-LEVEL_OF);
  const end = last.length === 0 ? lowestLoss : median(last);
  const scale = Math.abs(valley) || Number.MIN_VALUE;
  const endVariance = MEDIAN_VARIANCE[last.length] ?? 1;
  return {
    noise,
    best,
    equivalent: losses.flatMap((loss, i) => (loss <= lowestLoss + EQUIVALENT * noise ? [i] : [])),
    valley,
    valleySize: near.length,
    end,
    rise: (end - valley) / scale,
    riseError: (noise * Math.sqrt(1 / near.length + endVariance)) / scale,
    riseFromBest: (end - lowestLoss) / (Math.abs(lowestLoss) || Number.MIN_VALUE),
    pRise: mannKendall(thin(after)).pRise,
    afterBest: after.length,
    stillFalling: isStillFalling(curve, noise, { valley, end }),
  };
}

function lowest(values: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) < (values[best] as number)) best = i;
  return best;
}

/** Noise of the later half, or of the last seven: the steep first descent would count as noise. */
function lateNoise({ steps, losses }: Curve): number {
  const n = steps.length;
  const from = Math.max(0, Math.min(n - 7, Math.floor(n / 2) - 1));
  return curveNoise(steps.slice(from), losses.slice(from), n < SHORT_CURVE ? 3 : 2);
}

/**
 * Falls the loss over the last third, surely and by more than the noise, fast enough to matter within a fifth? A loss
 * that comes down from a height that it rose to is on its way only if it arrives: at this pace, below its valley, before
 * the training is twice as long.
 */
function isStillFalling(
  { steps, losses }: Curve,
  noise: number,
  { valley, end }: { readonly valley: number; readonly end: number },
): boolean {
  const n = steps.length;
  const window = Math.max(4, Math.ceil(n / 3));
  if (n < window) return false;
  const recent = { steps: thin(steps.slice(-window)), losses: thin(losses.slice(-window)) };
  const lastStep = steps[n - 1] as number;
  const pace = -theilSen(recent.steps, recent.losses).slope;
  if (end - pace * (lastStep - (steps[0] as number)) > valley) return false;
  const fall = pace * (lastStep - (steps[Math.floor(0.8 * (n - 1))] as number));
  const needed = Math.max(noise, STILL_FALLING * Math.abs(losses[n - 1] as number));
  return fall >= needed && mannKendall(recent.losses).pFall <= P_TREND;
}

/** What the training loss did since the lowest evaluation. */
export interface TrainSince {
  readonly change: "fell" | "rose" | "neither";
  /** Level at the lowest evaluation and at the end. */
  readonly from: number;
  readonly to: number;
  /** One-sided Mann–Kendall chances. */
  readonly pFall: number;
}

/** Compares the training loss at a step with that at the end; null where there is none. */
export function trainSince({ steps, losses }: Curve, step: number): TrainSince | null {
  const at = steps.findLastIndex((one) => one <= step);
  const before = losses.slice(0, Math.max(at, 0) + 1);
  const since = losses.slice(
    Math.max(
      steps.findIndex((one) => one >= step),
      0,
    ),
  );
  if (losses.length === 0 || (steps.at(-1) as number) < step) return null;
  // Where few values follow, as few precede: a level from before the step would be too high in a falling curve.
  const from = median(before.slice(-Math.min(LEVEL_OF, since.length)));
  const to = median(losses.slice(-LEVEL_OF));
  const clear = Math.abs(to - from) > Math.max(ABOVE * curveNoise(steps, losses), MEANINGFUL * Math.abs(from));
  const { pRise, pFall } = mannKendall(thin(since));
  const rose = to > from + MEANINGFUL * Math.abs(from) && (clear || pRise <= P_TREND);
  const fell = pFall <= P_TREND || (to < from && clear);
  return { change: rose ? "rose" : fell ? "fell" : "neither", from, to, pFall };
}

/** Evenly spaced values of a long list. */
function thin(values: readonly number[]): readonly number[] {
  if (values.length <= MOST_POINTS) return values;
  const stride = (values.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => values[Math.round(i * stride)] as number);
}

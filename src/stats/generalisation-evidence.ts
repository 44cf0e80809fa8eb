import type { JsonObject } from "../core/json.ts";
import type { TrainingPoint } from "../core/series.ts";
import type { Diagnosis, Generalisation } from "../core/verdict.ts";
import type { LossCurves } from "./generalisation-curves.ts";
import { startLevel, type Divergence } from "./generalisation-divergence.ts";
import type { EvaluationShape, TrainSince } from "./generalisation-shape.ts";
import { FEWEST_EVALUATIONS, MEANINGFUL } from "./generalisation-thresholds.ts";
import { curveNoise } from "./noise-band.ts";

/** All that was found out about a training run. */
export interface Findings {
  readonly points: readonly TrainingPoint[];
  readonly curves: LossCurves;
  readonly shape: EvaluationShape | null;
  readonly train: TrainSince | null;
  readonly divergence: Divergence | null;
  readonly verdict: Generalisation;
}

/** The findings as lines that can be checked on the chart, and as numbers. */
export function describeEvidence(findings: Findings): Pick<Diagnosis, "evidence" | "numbers"> {
  const { shape, divergence, points } = findings;
  const evidence = [
    divergence?.evidence,
    divergence === null ? undefined : learningRateAt(points, divergence.since.hi),
    shape === null ? "no usable evaluation loss was logged" : curveLine(findings, shape),
    shape === null ? undefined : REASONS[findings.verdict](findings, shape),
    shape === null ? undefined : spikeLine(findings, shape),
    ...(shape === null ? [] : scoreLines(findings, shape)),
  ];
  return { evidence: evidence.filter((line) => line !== undefined), numbers: numbersOf(findings) };
}

function curveLine({ curves, train }: Findings, shape: EvaluationShape): string {
  const { steps, losses } = curves.evaluation;
  const [lowest, last] = [losses[shape.best] as number, losses.at(-1) as number];
  const head = `validation loss lowest ${short(lowest)} at step ${steps[shape.best]}`;
  const noise = `noise of the curve ±${short(shape.noise)}`;
  if (shape.best === losses.length - 1) {
    return `${head}, the last evaluation, ${percent(lowest, losses[0] as number)} from ${short(losses[0] as number)} at step ${steps[0]}; ${noise}`;
  }
  const meanwhile = train === null ? "" : ` while training loss ${moved(train.from, train.to)}`;
  return `${head}, then ${last >= lowest ? "up" : "down"} ${share((last - lowest) / Math.abs(lowest))} by step ${steps.at(-1)}${meanwhile}; ${noise}`;
}

type Reason = (findings: Findings, shape: EvaluationShape) => string | undefined;

const REASONS: Readonly<Record<Generalisation, Reason>> = {
  overfit: (_, shape) =>
    `the last evaluations lie ${share(shape.rise)} ± ${share(shape.riseError)} above ${shape.valleySize === 1 ? "the lowest" : `the mean of the ${shape.valleySize} lowest`}; test for a trend after the lowest: ${chance(shape.pRise)}`,
  regressed: () => "both losses rose since the lowest evaluation: not memorised training data, but a setback",
  plateau: ({ curves }, shape) => {
    const start = startLevel(curves) ?? Number.NaN;
    return `validation loss began at ${short(start)}: only ${share((start - shape.valley) / Math.abs(start))} was ever gained`;
  },
  underfit: () => "validation loss was still falling when the log ends: more training may help",
  inconclusive: ({ curves }) => {
    const count = curves.evaluation.steps.length;
    return count < FEWEST_EVALUATIONS
      ? `${count} evaluations are too few to tell: evaluate more often`
      : "the evaluations scatter too much to tell: use a larger evaluation set";
  },
  healthy: ({ train }, shape) =>
    shape.rise >= MEANINGFUL && train?.change !== "fell"
      ? "training loss did not fall meanwhile, so the rise is taken for noise"
      : undefined,
  diverged: () => undefined,
};

/** The highest evaluation that stands out between its neighbours, if it does by far. */
function spikeLine({ curves }: Findings, shape: EvaluationShape): string | undefined {
  const { steps, losses } = curves.evaluation;
  let worst = -1;
  let height = 10 * shape.noise;
  for (let i = 1; i < losses.length; i++) {
    const jump = (losses[i] as number) - (losses[i - 1] as number);
    if (jump > height && jump > 0.1 * Math.abs(losses[i - 1] as number)) {
      worst = i;
      height = jump;
    }
  }
  if (worst < 0) return undefined;
  return `validation loss jumps from ${short(losses[worst - 1] as number)} to ${short(losses[worst] as number)} at step ${steps[worst]}`;
}

function learningRateAt(points: readonly TrainingPoint[], step: number): string | undefined {
  const rates = points.filter((point) => point.learningRate !== undefined);
  const at = rates.findLast((point) => point.step <= step) ?? rates[0];
  const before = rates.findLast((point) => at !== undefined && point.step < at.step);
  if (at?.learningRate === undefined) return undefined;
  const earlier = before?.learningRate;
  const jumped = earlier !== undefined && at.learningRate > 2 * earlier;
  const from = jumped ? `, up from ${short(earlier)} at step ${before?.step}` : "";
  return `the learning rate was ${short(at.learningRate)} at step ${at.step}${from}`;
}

const SCORE_NAME = /acc|f1|bleu|rouge|chrf|meteor|exact|match|pass/i;
const ON_EVALUATION = /eval|val|test|dev/i;

/** Scores logged beside the loss that go on rising after it has turned: common in fine-tuning. */
function scoreLines({ points, curves, verdict }: Findings, shape: EvaluationShape): string[] {
  if (verdict !== "overfit") return [];
  const bestStep = curves.evaluation.steps[shape.best] as number;
  const names = new Set(points.flatMap((point) => Object.keys(point.extra ?? {})));
  return [...names].flatMap((name) => {
    if (!SCORE_NAME.test(name) || !ON_EVALUATION.test(name)) return [];
    const scored = points.flatMap(({ step, extra }) => {
      const score = extra?.[name];
      return score !== undefined && Number.isFinite(score) ? [{ step, score }] : [];
    });
    const atBest = scored.findLast(({ step }) => step <= bestStep);
    if (atBest === undefined || scored.length < 4) return [];
    const top = scored.reduce((best, one) => (one.score > best.score ? one : best));
    const noise = curveNoise(
      scored.map(({ step }) => step),
      scored.map(({ score }) => score),
    );
    if (top.step <= bestStep || top.score - atBest.score <= 2 * noise) return [];
    return [
      `${name} disagrees with the loss: ${short(atBest.score)} at step ${atBest.step}, best ${short(top.score)} at step ${top.step}`,
    ];
  });
}

function numbersOf({ curves, shape, train }: Findings): JsonObject {
  const { evaluation } = curves;
  if (shape === null) return { evaluations: 0 };
  const numbers = {
    evaluations: evaluation.steps.length,
    start: startLevel(curves),
    lowest: evaluation.losses[shape.best] as number,
    lowest_step: evaluation.steps[shape.best] as number,
    last: evaluation.losses.at(-1) as number,
    last_step: evaluation.steps.at(-1) as number,
    noise: shape.noise,
    valley: shape.valley,
    end: shape.end,
    rise: shape.rise,
    rise_error: shape.riseError,
    rise_trend_p: shape.pRise,
    still_falling: shape.stillFalling,
    train_at_lowest: train?.from ?? null,
    train_at_end: train?.to ?? null,
    train_fall_p: train?.pFall ?? null,
  };
  // JSON has no infinity, which a rise from a loss of 0 is.
  const finite = (value: number | boolean | null): boolean => typeof value !== "number" || Number.isFinite(value);
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, finite(value) ? value : null]));
}

function moved(from: number, to: number): string {
  return `${to <= from ? "fell" : "rose"} ${share(Math.abs(to - from) / Math.abs(from))}`;
}

function percent(to: number, from: number): string {
  return `${to <= from ? "down" : "up"} ${share(Math.abs(to - from) / Math.abs(from))}`;
}

function share(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function chance(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${Number(p.toPrecision(2))}`;
}

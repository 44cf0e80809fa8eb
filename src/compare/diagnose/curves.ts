import type { TrainingPoint } from "../../core/series.ts";
import type { Diagnosis } from "../../core/verdict.ts";
import { median } from "../../stats/trend.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** A learning rate this many times the usual one so far is a spike. */
const RATE_SPIKE = 2;
/** Gradient norms vary by themselves; ten times the usual one is none of that. */
const NORM_SPIKE = 10;
/** How far before the divergence a cause is looked for: this share of the steps so far, and three points at least. */
const WINDOW = 0.1;
const WINDOW_POINTS = 3;

/**
 * What the curves of learning rate and gradient norm say about a divergence, and the epochs about overfitting.
 * @param ship step of the checkpoint that the scores choose; null where there is none
 */
export function curveDiagnostics(
  points: readonly TrainingPoint[],
  diagnosis: Diagnosis | null,
  ship: number | null,
): Diagnostic[] {
  if (diagnosis?.since == null) return [];
  const texts =
    diagnosis.verdict === "diverged"
      ? [...rateCause(points, diagnosis.since), ...normCause(points, diagnosis.since)]
      : diagnosis.verdict === "overfit"
        ? lateEpochs(points, Math.max(diagnosis.since.hi, ship ?? 0))
        : [];
  return texts.map(({ kind, text }) => ({ kind, text, task: null, checkpoint: null }));
}

type Found = Pick<Diagnostic, "kind" | "text">;
type Span = NonNullable<Diagnosis["since"]>;

interface Value {
  readonly step: number;
  readonly value: number;
}

function rateCause(points: readonly TrainingPoint[], since: Span): Found[] {
  const rates = valuesOf(points, ({ learningRate }) => learningRate).filter(({ step }) => step <= since.hi);
  const { before, near } = splitAt(rates, since.lo);
  const peak = largest(near);
  if (peak === null || peak.value <= 0) return [];
  const when = `the divergence at step ${spanText(since)}`;
  const isWarmingUp =
    rates.length > 2 && rates.every(({ value }, i) => i === 0 || value >= (rates[i - 1] as Value).value);
  const begin = rates[0] as Value;
  if (isWarmingUp && peak.value > RATE_SPIKE * begin.value) {
    return [
      {
        kind: "warm-up",
        text: `the learning rate was still rising, from ${short(begin.value)} at step ${begin.step} to ${short(peak.value)} at step ${peak.step}, before ${when}: lower its peak, or warm up more slowly`,
      },
    ];
  }
  const usual = median(before.map(({ value }) => value));
  if (before.length === 0 || !(peak.value >= RATE_SPIKE * usual)) return [];
  return [
    {
      kind: "rate-spike",
      text: `the learning rate spikes to ${short(peak.value)} at step ${peak.step}, ${short(peak.value / usual)} times the usual ${short(usual)}, before ${when}: look at its schedule, above all after a resume`,
    },
  ];
}

function normCause(points: readonly TrainingPoint[], since: Span): Found[] {
  const norms = valuesOf(points, ({ gradNorm }) => gradNorm).filter(({ step }) => step <= since.hi);
  const { before, near } = splitAt(norms, since.lo);
  const usual = median(before.map(({ value }) => value).filter((value) => Number.isFinite(value)));
  const peak = largest(near.filter(({ value }) => Number.isFinite(value)));
  const broken = near.find(({ value }) => !Number.isFinite(value));
  if (peak !== null && before.length > 0 && peak.value >= NORM_SPIKE * usual) {
    return [
      {
        kind: "gradient-spike",
        text: `the gradient norm rises to ${short(peak.value)} at step ${peak.step}, ${short(peak.value / usual)} times the usual ${short(usual)}, before the divergence: clip it (max_grad_norm), or lower the learning rate`,
      },
    ];
  }
  if (broken === undefined) return [];
  return [
    {
      kind: "broken-gradient",
      text: `the gradient norm is ${String(broken.value)} at step ${broken.step} without having risen: one batch breaks it; look at its data, and at fp16 overflow (bf16 has none)`,
    },
  ];
}

/** Epochs trained beyond the step from which neither loss nor scores gained, where the log tells epochs. */
function lateEpochs(points: readonly TrainingPoint[], useful: number): Found[] {
  const epochs = valuesOf(points, ({ epoch }) => epoch);
  const onset = epochs.findLast(({ step }) => step <= useful);
  const end = epochs.at(-1);
  if (onset === undefined || end === undefined || onset.value <= 0 || end.value < 1.5 * onset.value) return [];
  return [
    {
      kind: "late-epochs",
      text: `nothing was gained after epoch ${short(onset.value)} of ${short(end.value)}: train for about ${Math.max(1, Math.ceil(onset.value))}, or on more data`,
    },
  ];
}

function valuesOf(points: readonly TrainingPoint[], pick: (point: TrainingPoint) => number | undefined): Value[] {
  return points.flatMap((point) => {
    const value = pick(point);
    return value === undefined ? [] : [{ step: point.step, value }];
  });
}

/** What came shortly before a step (or from it on), and all before that. */
function splitAt(values: readonly Value[], onset: number): { before: readonly Value[]; near: readonly Value[] } {
  const start = values[0]?.step ?? 0;
  const from = onset - WINDOW * (onset - start);
  const byStep = values.findIndex(({ step }) => step >= from);
  const last = values.findLastIndex(({ step }) => step <= onset);
  const at = Math.max(0, Math.min(byStep < 0 ? values.length : byStep, last + 1 - WINDOW_POINTS));
  return { before: values.slice(0, at), near: values.slice(at) };
}

function largest(values: readonly Value[]): Value | null {
  return values.reduce<Value | null>((most, each) => (most === null || each.value > most.value ? each : most), null);
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function spanText({ lo, hi }: Span): string {
  return lo === hi ? String(lo) : `${lo}–${hi}`;
}

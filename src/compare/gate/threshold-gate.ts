import { hasInterval, type Estimate } from "../../core/estimate.ts";
import type { MetricUnit } from "../../core/judge.ts";
import type { Diagnosis } from "../../core/verdict.ts";
import type { Gate } from "../../suite/suite.ts";
import { figure } from "./figures.ts";
import type { Unanswered } from "./gate-samples.ts";
import type { Decision } from "./paired-gate.ts";

/** Bounds the value itself: what was measured decides, and the reason says where noise could have decided otherwise. */
export function decideThreshold(estimate: Estimate, gate: Gate, unit: MetricUnit): Decision {
  const { value, lo, hi, n } = estimate;
  const { min, max } = gate;
  const bounds = hasInterval(estimate) ? ` [${figure(lo, unit)}, ${figure(hi, unit)}] on ${n} samples` : "";
  const text = `${figure(value, unit)}${bounds}`;
  const isLow = min !== null && value < min;
  const isHigh = max !== null && value > max;
  const bound = isLow ? min : max;
  if (isLow || isHigh) {
    const isNear = bound !== null && lo <= bound && bound <= hi;
    const reason = `${isLow ? "below" : "above"} ${bound}${isNear ? ", within its error" : ""}: ${text}`;
    return { ...decided("fail", reason), isSettled: !isNear };
  }
  const near = [min, max].find((each) => each !== null && lo <= each && each <= hi);
  const reason = near == null ? text : `${text}; its error reaches ${near}`;
  return { ...decided("pass", reason), isSettled: near == null };
}

/** A share of answers that are missing, 0..1, against the gate's bounds. */
export function decideFailureRate({ of, missing }: Unanswered, gate: Gate): Decision {
  const rate = missing / of;
  const text = `${missing} of ${of} answers are missing`;
  if (gate.max !== null && rate > gate.max) return decided("fail", `above ${gate.max}: ${text}`);
  if (gate.min !== null && rate < gate.min) return decided("fail", `below ${gate.min}: ${text}`);
  return decided("pass", text);
}

/** Fails if the loss curves show overfitting, or a training that fell apart. */
export function decideOverfit(diagnosis: Diagnosis | null): Decision {
  if (diagnosis === null) return decided("inconclusive", "the run has no training log");
  const { verdict, since } = diagnosis;
  const from = since === null ? "" : ` since step ${since.lo === since.hi ? since.lo : `${since.lo}–${since.hi}`}`;
  if (verdict === "overfit" || verdict === "diverged") {
    return decided("fail", verdict === "overfit" ? `overfitting${from}` : `the training diverged${from}`);
  }
  if (verdict === "inconclusive") return decided("inconclusive", "the loss curves are too short or too noisy");
  return decided("pass", `the loss curves say ${verdict}`);
}

function decided(outcome: Decision["outcome"], reason: string): Decision {
  return { outcome, reason, samplesNeeded: null };
}

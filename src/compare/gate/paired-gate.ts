import type { MetricUnit } from "../../core/judge.ts";
import type { Gate } from "../../suite/suite.ts";
import { figure, neededText, pText, signedFigure } from "./figures.ts";
import type { GateOutcome } from "./gate-result.ts";
import type { GateEvidence } from "./evidence.ts";
import { limitText } from "./gate-name.ts";
import { samplesToTell } from "./paired-evidence.ts";

export interface Decision {
  readonly outcome: GateOutcome;
  readonly reason: string;
  readonly samplesNeeded: number | null;
  /** False where more samples could well say otherwise: a run that draws its samples goes on. True if not said. */
  readonly isSettled?: boolean;
}

export interface PairedDecisionOptions {
  readonly gate: Gate;
  readonly unit: MetricUnit;
  /** After Holm's correction, and over how many gates. */
  readonly pAdjusted: number;
  readonly family: number;
}

/**
 * Fails on a drop that is both larger than the limit and significant: on an unchanged model the second happens with
 * probability alpha over all regression gates together, whatever the limit. A drop beyond the limit that may be noise
 * is inconclusive.
 */
export function decideRegression(evidence: GateEvidence, options: PairedDecisionOptions): Decision {
  const { gate, unit, pAdjusted, family } = options;
  const { gain, p, rises } = evidence;
  const change = evidence.change ?? changeText(evidence, unit);
  const limit = limitText(gate);
  const moved = rises ? "rose" : "dropped";
  const isSettled = evidence.lo > -gate.maxDrop;
  if (gain >= 0)
    return { outcome: "pass", reason: `no ${rises ? "rise" : "drop"}: ${change}`, samplesNeeded: null, isSettled };
  if (-gain <= gate.maxDrop) {
    const reason = `${moved} no more than ${limit}: ${change}`;
    return { outcome: "pass", reason, samplesNeeded: null, isSettled };
  }
  const test = `${pText(pAdjusted)}, one-sided ${evidence.difference.test.split(";")[0]}${family > 1 ? `, Holm over ${family} gates` : ""}`;
  const beyond = gate.maxDrop === 0 ? moved : `${moved} by more than ${limit}`;
  if (pAdjusted < gate.alpha) {
    return { outcome: "fail", reason: `${beyond}: ${change}; ${test}`, samplesNeeded: null };
  }
  // The correction multiplies p; a sample size has to divide alpha by the same factor.
  const factor = p === 0 ? 1 : Math.max(1, pAdjusted / p);
  const samplesNeeded = samplesToTell(evidence, 0, gate.alpha / factor);
  const reason = `${beyond}, which may be noise: ${change}; ${test}${neededText(samplesNeeded)}`;
  return { outcome: "inconclusive", reason, samplesNeeded, isSettled: false };
}

/**
 * Passes only if a drop of the limit or more is ruled out. Gates of this kind need no correction: each must pass by
 * itself, and a release that is wrongly let through must slip past every one of them (intersection–union test, Berger
 * 1982).
 */
export function decideNoninferior(
  evidence: GateEvidence,
  { gate, unit }: Pick<PairedDecisionOptions, "gate" | "unit">,
): Decision {
  const margin = -gate.maxDrop;
  const change = evidence.change ?? changeText(evidence, unit);
  const drop = `a ${evidence.rises ? "rise" : "drop"} of ${limitText(gate)} or more`;
  if (evidence.lo > margin) {
    const reason = `${drop} is ruled out: ${change}`;
    return { outcome: "pass", reason, samplesNeeded: null };
  }
  if (evidence.hi < margin) {
    const reason = `worse by more than ${limitText(gate)}: ${change}`;
    return { outcome: "fail", reason, samplesNeeded: null };
  }
  const samplesNeeded = samplesToTell(evidence, margin, evidence.alpha);
  const reason = `${drop} is not ruled out: ${change}${neededText(samplesNeeded)}`;
  return { outcome: "inconclusive", reason, samplesNeeded, isSettled: false };
}

function changeText({ head, base, difference, lo: least }: GateEvidence, unit: MetricUnit): string {
  const { value, lo, hi, n } = difference;
  const change = `${figure(base, unit)} → ${figure(head, unit)}, ${signedFigure(value, unit)}`;
  if (!Number.isFinite(least)) return `${change}, with nothing to tell noise by: it is a total`;
  const bounds = `[${signedFigure(lo, unit)}, ${signedFigure(hi, unit)}]`;
  return `${change} ${bounds} on ${n} samples`;
}

import type { Diagnosis } from "../../core/verdict.ts";
import { lookShare } from "../../stats/sequential.ts";
import type { RunManifest } from "../../run/store/records.ts";
import type { Gate } from "../../suite/suite.ts";
import type { Baseline } from "../baseline/baseline.ts";
import type { RunData, RunMetric } from "../run-data.ts";
import type { GateEvidence } from "./evidence.ts";
import type { Decision } from "./paired-gate.ts";

export interface GateInputs {
  readonly data: RunData;
  readonly gates: readonly Gate[];
  /** Position of the checkpoint that is to pass. */
  readonly checkpoint: number;
  readonly baseline: Baseline | null;
  readonly diagnosis: Diagnosis | null;
  readonly seed: number;
}

/** A gate with what the run has to say to it, before it is decided. */
export interface Looked {
  readonly gate: Gate;
  /** Null for what no judge gives. */
  readonly row: RunMetric | null;
  readonly evidence: GateEvidence | null;
  /** Set where there is nothing to test. */
  readonly decision: Decision | null;
  readonly value: number | null;
  readonly n: number;
}

/** The part of the level that a run which draws its samples spends at the look it has come to; all of it otherwise. */
export function levelShare({ drawing }: RunManifest): number {
  return drawing === undefined ? 1 : lookShare(Math.max(1, drawing.done), drawing.looks);
}

export function undecided(reason: string): Decision {
  return { outcome: "inconclusive", reason, samplesNeeded: null };
}

export function tooFew(gate: Gate, n: number): Decision | null {
  if (n >= gate.minN) return null;
  return {
    outcome: "inconclusive",
    reason: `${n} scored samples, fewer than the ${gate.minN} that the gate asks for`,
    samplesNeeded: gate.minN - n,
    isSettled: false,
  };
}

/** A gate with evidence on `n` samples, unless it asks for more: there is no test then, and nothing to correct for. */
export function tested(looked: Omit<Looked, "decision">, n = looked.evidence?.difference.n ?? 0): Looked {
  const few = tooFew(looked.gate, n);
  return few === null ? { ...looked, decision: null } : { ...looked, evidence: null, decision: few };
}

import type { MetricUnit } from "../../core/judge.ts";
import type { Gate } from "../../suite/suite.ts";

/** "inconclusive": the samples say neither yes nor no. */
export type GateOutcome = "pass" | "fail" | "inconclusive";

/** The paired difference behind a gate, checkpoint minus baseline, in the metric's own unit and direction. */
export interface GateDifference {
  readonly value: number;
  readonly n: number;
  /** Bounds that are each wrong with probability alpha. */
  readonly lo: number;
  readonly hi: number;
  /** One-sided p-value of "it became worse". */
  readonly p: number;
  /** The same after Holm's correction over the run's regression gates; equal to `p` for other modes. */
  readonly pAdjusted: number;
  readonly test: string;
}

/** What became of one gate. */
export interface GateResult {
  /** For people; unique in the list, for example "title/bleu: no drop beyond 1 [rarity=rare]". */
  readonly name: string;
  readonly gate: Gate;
  readonly outcome: GateOutcome;
  /** One sentence with the numbers that decided. */
  readonly reason: string;
  /** Id of the checkpoint that was looked at. */
  readonly checkpoint: string;
  /** What it was compared with, for example "evalh.baseline.json (tiny/checkpoint-441)"; null for thresholds. */
  readonly against: string | null;
  readonly unit: MetricUnit;
  /** The checkpoint's value; null where nothing was scored. For "overfit" always null. */
  readonly value: number | null;
  /** Samples behind the value. */
  readonly n: number;
  readonly baseline: number | null;
  readonly difference: GateDifference | null;
  /** How many more samples would decide, as a rule of thumb at 80 % power; null where it is decided or none would. */
  readonly samplesNeeded: number | null;
  /** False where a run that draws its samples should go on; true if not said. */
  readonly isSettled?: boolean;
}

/** True for a gate whose failure fails the run. */
export function isFatal({ outcome, gate }: GateResult): boolean {
  return outcome === "fail" && gate.severity === "error";
}

import type { PairedResult } from "../../stats/paired.ts";

/** What the data say about a checkpoint and its baseline, with "better" always upwards. */
export interface GateEvidence {
  readonly head: number;
  readonly base: number;
  /** Head minus base in the metric's own unit and direction. */
  readonly difference: PairedResult;
  /** The same turned so that positive is better; in percent of the baseline's value for a relative limit. */
  readonly gain: number;
  /** Bounds of the gain; each is wrong with probability `alpha`. */
  readonly lo: number;
  readonly hi: number;
  readonly alpha: number;
  /** One-sided p-value of the hypothesis that nothing became worse. */
  readonly p: number;
  /** The change in words, where the metric has words of its own. */
  readonly change?: string;
  /** Whether worse is more. */
  readonly rises: boolean;
  /** False where other samples would add nothing, for whole runs were compared. True if not said. */
  readonly isOfSamples?: boolean;
}

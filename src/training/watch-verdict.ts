import type { Diagnosis, Generalisation } from "../core/verdict.ts";

/** Verdicts that a training may be stopped on. */
export const STOP_VERDICTS = [
  "overfit",
  "diverged",
  "plateau",
  "regressed",
] as const satisfies readonly Generalisation[];

export type StopVerdict = (typeof STOP_VERDICTS)[number];

/** What the scores say so far. */
export interface ScoresSoFar {
  /** Step of the best checkpoint by the metric to ship by; null before the first score. */
  readonly best: number | null;
  /** Steps that cannot be told from it, itself included. */
  readonly equivalent: readonly number[];
}

export type StopDecision =
  | { readonly stop: true; readonly verdict: StopVerdict; readonly why: string }
  | { readonly stop: false; readonly why: string | null };

/**
 * Whether to stop a training. The loss decides, unless the scores contradict it: loss often rises in a fine-tune while
 * the answers still get better. They do where the best checkpoint lies beyond the onset and no checkpoint from before
 * it is as good.
 */
export function decideStop(
  diagnosis: Diagnosis,
  scores: ScoresSoFar,
  stopOn: ReadonlySet<Generalisation>,
): StopDecision {
  const verdict = STOP_VERDICTS.find((each) => each === diagnosis.verdict);
  if (verdict === undefined || !stopOn.has(verdict)) return { stop: false, why: null };
  const onset = diagnosis.since?.hi ?? null;
  const evidence = diagnosis.evidence[0] ?? "";
  const since = diagnosis.since === null ? "" : ` since step ${spanText(diagnosis.since)}`;
  const isContradicted =
    verdict === "overfit" &&
    onset !== null &&
    scores.best !== null &&
    scores.best > onset &&
    !scores.equivalent.some((step) => step <= onset);
  if (isContradicted) {
    return {
      stop: false,
      why: `the loss overfits${since}, but the scores still rise: step ${scores.best} is better than every step up to ${onset}`,
    };
  }
  return { stop: true, verdict, why: `${verdict}${since}: ${evidence}` };
}

function spanText({ lo, hi }: { readonly lo: number; readonly hi: number }): string {
  return lo === hi ? String(lo) : `${lo}–${hi}`;
}

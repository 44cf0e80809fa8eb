import type { Estimate } from "../core/estimate.ts";

/** What people said of a run's answers, one sheet of items: small and plain, for reports. */
export interface PeopleResult {
  readonly sheet: string;
  readonly form: "pairwise" | "rating" | "correct";
  /** Items that somebody judged, and all of them. */
  readonly judged: number;
  readonly items: number;
  /** Single answers: points from 1 to 5, or the share of right ones from 0 to 1. */
  readonly means: readonly { readonly checkpoint: string; readonly mean: Estimate | null }[];
  /** Two answers side by side. */
  readonly pairwise: { readonly pairs: readonly PairedJudgement[]; readonly position: SidePreference } | null;
  readonly agreement: {
    readonly raters: number;
    /** Items that two or more judged. */
    readonly items: number;
    /** Share of the pairs of raters that said the same, 0..1. */
    readonly percent: number | null;
    /** Krippendorff's alpha. */
    readonly krippendorff: number | null;
    readonly isTentative: boolean;
  };
  /** How far each metric goes along with people; empty where it was not looked at. */
  readonly judges?: readonly MetricAgainstPeople[];
}

interface PairedJudgement {
  readonly a: string;
  readonly b: string;
  /** Items given to a, to b, to neither; samples on which both said the same. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  readonly identical: number;
  /** Share that prefers a, 0..1, a tie counting half. */
  readonly winRate: Estimate | null;
  /** Two-sided sign test. */
  readonly p: number;
}

/** How often the answer on the left won: near one half unless position decides. */
interface SidePreference {
  readonly rate: Estimate | null;
  readonly p: number;
}

interface MetricAgainstPeople {
  /** "task/metric". */
  readonly metric: string;
  readonly n: number;
  /** Pairs: share on which the metric prefers the same answer, 0..1. */
  readonly accuracy: number | null;
  /** Single answers: rank correlation. */
  readonly spearman: number | null;
}

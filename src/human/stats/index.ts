import type { Estimate } from "../../core/estimate.ts";
import type { HumanAnswer, HumanForm, HumanKey } from "../sheet.ts";
import { raterAgreement, raterReports, type RaterAgreement, type RaterReport } from "./agreement.ts";
import { judgedItems, meanVerdict, type JudgedItem } from "./judged-item.ts";
import { pairwiseResult, type PairwiseResult } from "./pairwise.ts";
import { weightedMean } from "./weighted-mean.ts";

/** What people said of one checkpoint's answers. */
export interface CheckpointMean {
  readonly checkpoint: string;
  /** Points from 1 to 5, or the share of right answers from 0 to 1. */
  readonly mean: Estimate | null;
}

/** Everything that a sheet's answers say, automatic judges aside. */
export interface HumanStats {
  readonly sheet: string;
  readonly form: HumanForm;
  /** New items that somebody answered, and all of them. */
  readonly judged: number;
  readonly items: number;
  readonly means: readonly CheckpointMean[];
  readonly pairwise: PairwiseResult | null;
  readonly agreement: RaterAgreement;
  readonly raters: readonly RaterReport[];
}

const ranges: Readonly<Record<HumanForm, readonly [number, number]>> = {
  pairwise: [0, 1],
  rating: [1, 5],
  correct: [0, 1],
};

/**
 * Analyses a sheet. An item counts once, however many raters it had; repeats and gold items tell of raters only.
 */
export function humanStats(key: HumanKey, answers: readonly HumanAnswer[]): HumanStats {
  const items = judgedItems(key, answers);
  const counted = items.filter(({ entry }) => entry.kind === "new");
  return {
    sheet: key.id,
    form: key.form,
    judged: counted.length,
    items: Object.values(key.entries).filter(({ kind }) => kind === "new").length,
    means: key.form === "pairwise" ? [] : checkpointMeans(counted, key.form),
    pairwise: key.form === "pairwise" ? pairwiseResult(items, key) : null,
    agreement: raterAgreement(items, key.form),
    raters: raterReports(items),
  };
}

function checkpointMeans(items: readonly JudgedItem[], form: HumanForm): CheckpointMean[] {
  const byCheckpoint = new Map<string, JudgedItem[]>();
  for (const item of items) {
    const [checkpoint = ""] = item.entry.checkpoints;
    byCheckpoint.set(checkpoint, [...(byCheckpoint.get(checkpoint) ?? []), item]);
  }
  return [...byCheckpoint].map(([checkpoint, judged]) => ({
    checkpoint,
    mean: weightedMean(
      judged.map(({ entry, answers }) => ({ value: meanVerdict(answers), weight: entry.weight })),
      { range: ranges[form], isShare: form === "correct" },
    ),
  }));
}

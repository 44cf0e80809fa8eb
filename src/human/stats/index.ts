import type { Estimate } from "../../core/estimate.ts";
import type { Strength } from "../../stats/bradley-terry.ts";
import { weightedMean, withKnown, type Weighted } from "../../stats/weighted-mean.ts";
import type { HumanAnswer, HumanForm, HumanKey } from "../sheet.ts";
import { raterAgreement, raterReports, type RaterAgreement, type RaterReport } from "./agreement.ts";
import { creditRange, judgedItems, meanCredits, type JudgedItem } from "./judged-item.ts";
import { pairResults, type PairResult } from "./pairwise.ts";
import { positionBias, type PositionBias } from "./position.ts";
import { strengthsOf } from "./strengths.ts";

/** What people said of one checkpoint's answers. */
export interface CheckpointMean {
  readonly checkpoint: string;
  /** Points from 1 to 5, or the share of answers that were right, won (a tie counting half) or were chosen, 0..1. */
  readonly mean: Estimate | null;
}

/** Everything that a sheet's answers say, automatic judges aside. */
export interface HumanStats {
  readonly sheet: string;
  readonly form: HumanForm;
  /** Whether somebody picked the samples, so that they stand for no others. */
  readonly isPicked: boolean;
  /** New items that somebody answered, and all of them. */
  readonly judged: number;
  readonly items: number;
  readonly means: readonly CheckpointMean[];
  /** Of pairs, otherwise empty. */
  readonly pairs: readonly PairResult[];
  /** Checkpoint → strength; null where items show single answers or the answers do not decide it. */
  readonly strengths: Readonly<Record<string, Strength>> | null;
  /** Null where items show single answers. */
  readonly position: PositionBias | null;
  readonly agreement: RaterAgreement;
  readonly raters: readonly RaterReport[];
}

/**
 * Analyses a sheet. An item counts once, however many raters it had; repeats and gold items tell of raters only.
 */
export function humanStats(key: HumanKey, answers: readonly HumanAnswer[]): HumanStats {
  const items = judgedItems(key, answers);
  const counted = items.filter(({ entry }) => entry.kind === "new");
  const isCompared = key.form === "pairwise" || key.form === "choice";
  return {
    sheet: key.id,
    form: key.form,
    isPicked: key.isPicked === true,
    judged: counted.length,
    items: Object.values(key.entries).filter(({ kind }) => kind === "new").length,
    means: checkpointMeans(counted, key),
    pairs: key.form === "pairwise" ? pairResults(counted, key) : [],
    strengths: isCompared && counted.length > 0 ? strengthsOf(counted) : null,
    position: isCompared ? positionBias(items) : null,
    agreement: raterAgreement(items, key.form),
    raters: raterReports(items),
  };
}

function checkpointMeans(items: readonly JudgedItem[], { form, identical }: HumanKey): CheckpointMean[] {
  const byCheckpoint = new Map<string, Weighted[]>();
  for (const item of items) {
    for (const [checkpoint, value] of meanCredits(item)) {
      const list = byCheckpoint.get(checkpoint) ?? [];
      list.push({ value, weight: item.entry.weight });
      byCheckpoint.set(checkpoint, list);
    }
  }
  return [...byCheckpoint].map(([checkpoint, values]) => {
    const weight = values.reduce((sum, each) => sum + each.weight, 0);
    const ties = identical.filter(({ checkpoints }) => checkpoints.includes(checkpoint));
    const count = ties.reduce((sum, { samples }) => sum + samples.length, 0);
    const shares = ties.reduce((sum, { samples, checkpoints }) => sum + samples.length / checkpoints.length, 0);
    const asked = weightedMean(values, { range: creditRange(form), isShare: form !== "rating" });
    return { checkpoint, mean: withKnown(asked, weight, { mean: count === 0 ? 0 : shares / count, count }) };
  });
}

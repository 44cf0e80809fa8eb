import type { Generalisation } from "../../src/core/verdict.ts";

/** One evaluation of a recorded curve. The oracle losses come from a large test set that no trainer saw. */
export interface CurveRow {
  readonly step: number;
  readonly train_loss: number | null;
  readonly val_loss: number;
  readonly oracle_loss: number;
}

/**
 * The verdicts that are right for a curve, judged by its oracle losses alone: the plain answer first, then those
 * accepted where the case is soft. The limits are those the curves were labelled with.
 */
export function acceptedVerdicts(rows: readonly CurveRow[]): readonly [Generalisation, ...Generalisation[]] {
  const oracle = rows.map((row) => row.oracle_loss);
  const train = rows.flatMap((row) => (row.train_loss === null ? [] : [row.train_loss]));
  if (![...oracle, ...train, ...rows.map((row) => row.val_loss)].every(Number.isFinite)) return ["diverged"];
  const [start, end, trainEnd] = [oracle[0] as number, oracle.at(-1) as number, train.at(-1) as number];
  if (trainEnd > 1.05 * start && end > 1.05 * start) return ["diverged"];
  const lowest = Math.min(...oracle);
  const best = oracle.indexOf(lowest);
  const rise = (end - lowest) / lowest;
  if (rise > 0.05) {
    const trainAtBest = rows[Math.max(best, 1)]?.train_loss ?? Number.NaN;
    return trainEnd <= 1.03 * trainAtBest ? ["overfit"] : ["regressed", "diverged", "overfit", "inconclusive"];
  }
  const soft: Generalisation[] = rise > 0.02 ? ["overfit"] : [];
  const gain = (start - lowest) / start;
  if (gain < 0.02) return ["plateau", ...soft];
  if (gain < 0.05) soft.push("plateau", "inconclusive");
  const lastFifth = ((oracle[Math.floor(0.8 * (rows.length - 1))] as number) - end) / end;
  if (lastFifth > 0.03) return ["underfit", ...soft];
  return lastFifth > 0.01 ? ["healthy", "underfit", ...soft] : ["healthy", ...soft];
}

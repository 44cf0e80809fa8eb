import type { Baseline } from "../../compare/baseline/baseline.ts";
import { buildComparison } from "../../compare/compare.ts";
import type { Comparison } from "../../compare/comparison.ts";
import { readRun, type RunData } from "../../compare/run-data.ts";
import type { AnswerCounts } from "./run-follower.ts";

/** A comparison with what else its reading told. Plain data: it may come from another thread. */
export interface Compared {
  readonly comparison: Comparison;
  /** Checkpoint id → answers and failures, over all units. */
  readonly counts: ReadonlyMap<string, AnswerCounts>;
}

export interface CompareWish {
  readonly folder: string;
  /** What differences are taken against; null for the checkpoint to ship. */
  readonly base: string | null;
  /** Nobody waits any more: rejects soon where it can. */
  readonly signal: AbortSignal;
}

export type CompareRun = (wish: CompareWish) => Promise<Compared>;

/** Reads and compares a run in this thread, which does nothing else for a few seconds meanwhile. */
export async function compareFolder(
  folder: string,
  { base, baseline }: { readonly base: string | null; readonly baseline: Baseline | null },
): Promise<Compared> {
  const data = await readRun(folder);
  const comparison = await buildComparison(data, { baseline, ...(base === null ? {} : { base }) });
  return { comparison, counts: answerCounts(data) };
}

function answerCounts({ checkpoints, counts }: RunData): Map<string, AnswerCounts> {
  const units = [...counts.values()];
  return new Map(
    checkpoints.map(({ id }, place) => [
      id,
      {
        done: units.reduce((sum, unit) => sum + (unit[place]?.answered ?? 0), 0),
        failed: units.reduce((sum, unit) => sum + (unit[place]?.failed ?? 0), 0),
      },
    ]),
  );
}

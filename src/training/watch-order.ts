import type { DiscoveredCheckpoint } from "./checkpoint/discover.ts";

/** Which checkpoint comes first when several wait: the newest, the oldest, or the one with the lowest loss. */
export const WATCH_ORDERS = ["newest", "best", "oldest"] as const;

export type WatchOrder = (typeof WATCH_ORDERS)[number];

type Waiting = Pick<DiscoveredCheckpoint, "step">;

/**
 * The checkpoint to evaluate next. Step 0 always comes first: everything is compared with it.
 * @param lossAt the evaluation loss at a step; undefined where none was logged. Steps without one come last, newest first
 */
export function nextToEvaluate<C extends Waiting>(
  waiting: readonly C[],
  order: WatchOrder,
  lossAt: (step: number) => number | undefined,
): C | undefined {
  const base = waiting.find(({ step }) => step === 0);
  if (base !== undefined) return base;
  const stepOf = ({ step }: C): number => step ?? Infinity;
  const lossOf = ({ step }: C): number => (step === null ? Infinity : (lossAt(step) ?? Infinity));
  const compare: Readonly<Record<WatchOrder, (a: C, b: C) => number>> = {
    newest: (a, b) => stepOf(b) - stepOf(a),
    oldest: (a, b) => stepOf(a) - stepOf(b),
    best: (a, b) => (lossOf(a) === lossOf(b) ? stepOf(b) - stepOf(a) : lossOf(a) - lossOf(b)),
  };
  return waiting.toSorted(compare[order])[0];
}

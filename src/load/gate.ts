import type { Extent } from "./load-plan.ts";

/** Decides when a stage's warm-up ends and its measurement, by time or by the number of requests sent. */
export interface StageGate {
  /** Whether a request meant for this time may be sent; counts it. */
  admit(at: number): boolean;
  /** The measured window, `performance.now()`: `to` is infinite until a number of requests was sent and has ended. */
  readonly window: { readonly from: number; readonly to: number };
  readonly isOver: boolean;
}

/**
 * @param start when the warm-up begins
 * @param onOpen told once when it ends, with the time
 */
export function createGate(
  { warmup, length }: { readonly warmup: Extent; readonly length: Extent },
  start: number,
  onOpen: (window: { readonly from: number; readonly to: number }) => void,
): StageGate {
  let from = Infinity;
  let to = Infinity;
  let isOver = false;
  let warm = 0;
  let measured = 0;
  const open = (at: number): void => {
    from = at;
    to = "ms" in length ? at + length.ms : Infinity;
    onOpen({ from, to });
  };
  // A window in time is known beforehand: what ends in it counts, whether or not anything is sent.
  if ("ms" in warmup) open(start + warmup.ms);
  else if (warmup.requests === 0) open(start);
  return {
    admit(at) {
      if (isOver) return false;
      if (at < from) {
        if ("ms" in warmup || warm++ < warmup.requests) return true;
        open(at);
      }
      isOver = "requests" in length ? measured >= length.requests : at >= to;
      measured++;
      return !isOver;
    },
    get window() {
      return { from, to };
    },
    get isOver() {
      return isOver;
    },
  };
}

/** How a request ended, as far as it tells of the server's load. */
export type Landing = "answered" | "refused" | "failed";

/** Bounds how many requests are under way. */
export interface Limiter {
  /** True if one more may go now; it then counts as under way. */
  tryEnter(): boolean;
  /** Resolves when one more may go, and counts it; rejects with the signal's reason. */
  enter(signal: AbortSignal): Promise<void>;
  /**
   * @param how "refused": the server said that it has too much to do
   * @param ms from sending to the answer's end
   * @param now monotonic milliseconds
   */
  leave(how: Landing, ms: number, now: number): void;
  /** Requests that may be under way at present. */
  readonly limit: number;
}

const FIRST = 8;
/** Growth of throughput by which a higher limit has shown its worth. */
const GAIN = 1.05;
/** How far back to go from a limit that was worth it, when higher ones are not: servers and prompts change. */
const LOWER = 0.75;

/** The answers since the limit was last considered. */
interface Window {
  readonly started: number;
  answers: number;
  /** Whether the limit was ever reached: without demand a limit tells nothing. */
  isFull: boolean;
}

/** Requests that wait for their turn, in the order in which they came. */
function createQueue() {
  const waiting: { readonly go: () => void }[] = [];
  return {
    wait(signal: AbortSignal): Promise<void> {
      return new Promise((resolve, reject) => {
        const give = (): void => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason as Error);
        };
        const entry = {
          go: (): void => {
            signal.removeEventListener("abort", give);
            resolve();
          },
        };
        signal.addEventListener("abort", give, { once: true });
        waiting.push(entry);
      });
    },
    next: () => waiting.shift(),
  };
}

/** The limit itself, as answers and refusals move it. */
function createLimit(most: number) {
  let limit = Math.min(FIRST, most);
  /** The limit last known to be worth it, and the answers a millisecond that it gave; unknown until measured. */
  let base = limit;
  let baseThroughput: number | null = null;
  let isDoubling = true;
  let lastCut = -Infinity;
  let window: Window | null = null;

  const measureAgainAt = (lower: number): void => {
    base = Math.max(1, Math.floor(lower));
    limit = base;
    baseThroughput = null;
  };
  const close = (throughput: number): void => {
    const hasGained = baseThroughput === null || throughput > baseThroughput * GAIN;
    if (hasGained) {
      base = limit;
      baseThroughput = throughput;
    } else {
      isDoubling = false;
    }
    if (limit >= 2 * base && !hasGained) measureAgainAt(base * LOWER);
    else limit = Math.min(most, isDoubling ? limit * 2 : limit + Math.max(1, Math.floor(base / 8)));
  };
  return {
    value: () => limit,
    answered(ms: number, now: number, underWay: number): void {
      window ??= { started: now - ms, answers: 0, isFull: false };
      window.answers++;
      window.isFull ||= underWay >= limit;
      if (window.answers < 2 * limit) return;
      if (window.isFull) close(window.answers / Math.max(now - window.started, 0.01));
      window = null;
    },
    refused(ms: number, now: number): void {
      // Requests sent before the cut are refused after it: they tell nothing of the new limit.
      if (now - ms < lastCut) return;
      measureAgainAt(limit / 2);
      lastCut = now;
      isDoubling = false;
      window = null;
    },
  };
}

/**
 * Finds out how many requests a server likes at a time: additive increase, multiplicative decrease (Chiu and Jain,
 * "Analysis of the increase and decrease algorithms for congestion avoidance", 1989). The limit doubles as long as
 * throughput grows with it, then rises step by step. It halves when the server refuses work (429, 503), once a round
 * trip. Once twice as many requests give no more throughput, what was added only waits at the server: the limit goes
 * back below where throughput last grew, and is measured anew. Durations alone would mislead: answers differ in length.
 *
 * @param most upper bound
 */
export function createAdaptiveLimiter(most: number): Limiter {
  const limit = createLimit(most);
  const queue = createQueue();
  let underWay = 0;
  return {
    get limit() {
      return limit.value();
    },
    tryEnter() {
      if (underWay >= limit.value()) return false;
      underWay++;
      return true;
    },
    enter: (signal) => queue.wait(signal),
    leave(how, ms, now) {
      if (how === "refused") limit.refused(ms, now);
      if (how === "answered") limit.answered(ms, now, underWay);
      underWay--;
      while (underWay < limit.value()) {
        const next = queue.next();
        if (next === undefined) return;
        underWay++;
        next.go();
      }
    },
  };
}

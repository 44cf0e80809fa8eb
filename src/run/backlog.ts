import { setTimeout } from "node:timers/promises";

/** Works that begin together, and milliseconds until as many more do, while the number under way grows. */
const STEP = 32;
const STEP_MS = 16;

/** Work that goes on at the same time, within bounds. */
export interface Backlog {
  /** Starts work, or queues it; resolves as soon as there is room for more. */
  add(work: () => Promise<void>): Promise<void>;
  /** True once any work has failed. */
  readonly hasFailed: boolean;
  /** Resolves when all work has ended. @throws the first failure */
  settle(): Promise<void>;
}

/**
 * At most `concurrency` at a time and as much again waiting ready: a stream of a million never piles up. The number
 * under way grows in steps. A thousand requests sent at once come back at once, again and again, and each wave waits for
 * all of it to be read and sent; begun one after another they never meet.
 *
 * Counted by hand: p-limit makes six promises for each work, which is a tenth of what a sample costs.
 */
export function backlog(concurrency: number, pause: () => Promise<void> = () => setTimeout(STEP_MS)): Backlog {
  const failures: unknown[] = [];
  const waiting: (() => Promise<void>)[] = [];
  let running = 0;
  let most = 0;
  let makeRoom: (() => void) | null = null;
  let allEnded: (() => void) | null = null;

  function begin(work: () => Promise<void>): void {
    running++;
    work().then(ended, (error: unknown) => {
      failures.push(error);
      ended();
    });
  }

  function ended(): void {
    running--;
    // What waits when something fails is not begun: a refused key is not tried a second time.
    if (failures.length > 0) waiting.length = 0;
    const next = waiting.shift();
    if (next !== undefined) begin(next);
    makeRoom?.();
    makeRoom = null;
    if (running === 0) allEnded?.();
  }

  return {
    async add(work) {
      if (failures.length > 0) return;
      if (running < concurrency) begin(work);
      else waiting.push(work);
      if (running > most) {
        most = running;
        if (most < concurrency && most % STEP === 0) await pause();
      }
      if (running + waiting.length >= concurrency * 2) await new Promise<void>((resolve) => (makeRoom = resolve));
    },
    get hasFailed() {
      return failures.length > 0;
    },
    async settle() {
      if (running > 0) await new Promise<void>((resolve) => (allEnded = resolve));
      if (failures.length > 0) throw failures[0];
    },
  };
}

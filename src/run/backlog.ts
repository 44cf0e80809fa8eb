import { setTimeout } from "node:timers/promises";

import pLimit from "p-limit";

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
 */
export function backlog(concurrency: number, pause: () => Promise<void> = () => setTimeout(STEP_MS)): Backlog {
  const limit = pLimit(concurrency);
  const failures: unknown[] = [];
  const pending = new Set<Promise<void>>();
  let makeRoom: (() => void) | null = null;
  let most = 0;
  return {
    async add(work) {
      const entry: Promise<void> = limit(async () => {
        // What waits when something fails is not begun: a refused key is not tried a second time.
        if (failures.length > 0) return;
        await work().catch((error: unknown) => void failures.push(error));
      }).finally(() => {
        pending.delete(entry);
        makeRoom?.();
      });
      pending.add(entry);
      if (pending.size > most) {
        most = pending.size;
        if (most < concurrency && most % STEP === 0) await pause();
      }
      if (pending.size >= concurrency * 2) await new Promise<void>((resolve) => (makeRoom = resolve));
    },
    get hasFailed() {
      return failures.length > 0;
    },
    async settle() {
      await Promise.all(pending);
      if (failures.length > 0) throw failures[0];
    },
  };
}

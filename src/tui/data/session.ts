import { setTimeout } from "node:timers/promises";

import type { Comparison } from "../../compare/comparison.ts";
import type { Session } from "../model/session.ts";
import type { Note } from "../model/snapshot.ts";
import type { CompareRun } from "./compare-run.ts";
import { runComparer, tellOf } from "./run-comparer.ts";
import { followRun, type RunFollower } from "./run-follower.ts";
import { snapshotStore, type SnapshotStore } from "./snapshot-store.ts";

const POLL_MS = 100;
/** A run that nobody works on may be resumed elsewhere. */
const IDLE_POLL_MS = 1_000;

export interface OpenSession extends Session, AsyncDisposable {
  readonly compare: (base: string | null) => Promise<Comparison | null>;
  note(note: Note): void;
  /** Resolves once what is under way has been read; for those who must not see it half done. */
  settled(): Promise<void>;
}

export interface SessionOptions {
  readonly compareRun: CompareRun;
  /** What a finished run is compared against at first; the checkpoint to ship otherwise. */
  readonly base?: string | null;
}

/**
 * Opens a run for looking at, whether or not it is still going on. A finished one is compared at once, another one when
 * it ends.
 * @throws EvalhError E_RUN_FOLDER if the folder is not a run
 */
export async function openSession(folder: string, { compareRun, base = null }: SessionOptions): Promise<OpenSession> {
  const follower = await followRun(folder);
  const store = snapshotStore(follower);
  const comparer = runComparer({ folder, follower, store, compareRun });
  const loop = pollLoop(follower, store, () => void comparer.compare(base));
  await loop.first();
  if (follower.state !== "running") void comparer.compare(base);
  loop.start();
  return {
    subscribe: store.subscribe,
    snapshot: store.snapshot,
    samples: (task) => comparer.shelf()?.samples(task) ?? null,
    sample: (task, ordinal) => comparer.shelf()?.sample(task, ordinal) ?? null,
    compare: comparer.compare,
    note(note) {
      follower.note(note);
      store.publish();
    },
    settled: () => comparer.settled(),
    async [Symbol.asyncDispose]() {
      await loop.stop();
      await comparer[Symbol.asyncDispose]();
    },
  };
}

interface PollLoop {
  /** Reads all that is there. */
  first(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Looks at the folder again and again; `ended` is called when a run that was going on has come to its end. */
function pollLoop(follower: RunFollower, store: SnapshotStore, ended: () => void): PollLoop {
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const readAll = async (): Promise<boolean> => {
    const { changed, more } = await follower.poll();
    return more && !stopping.signal.aborted ? readAll() : changed;
  };
  const loop = async (): Promise<void> => {
    let lastPublish = performance.now();
    while (!stopping.signal.aborted) {
      const wasRunning = follower.state === "running";
      await pause(wasRunning ? POLL_MS : IDLE_POLL_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      const changed = await readAll();
      const isStale = wasRunning && performance.now() - lastPublish >= IDLE_POLL_MS;
      if (changed || isStale) {
        store.publish();
        lastPublish = performance.now();
      }
      if (wasRunning && follower.state !== "running") ended();
    }
  };
  return {
    async first() {
      await readAll();
      store.publish();
    },
    start() {
      running = loop().catch((error: unknown) => tellOf(error, follower, store));
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Returns early when it is time to stop. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}

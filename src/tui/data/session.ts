import { setTimeout } from "node:timers/promises";

import { cellOf } from "../../../reports/metric-view.ts";
import { buildComparison } from "../../compare/compare.ts";
import type { Comparison } from "../../compare/comparison.ts";
import { readRun, type RunData } from "../../compare/run-data.ts";
import { messageOf } from "../../core/errors.ts";
import type { Session } from "../model/session.ts";
import type { Note, Snapshot } from "../model/snapshot.ts";
import { followRun, type AnswerCounts, type RunFacts, type RunFollower } from "./run-follower.ts";
import { sampleShelf, type SampleShelf } from "./sample-shelf.ts";

const POLL_MS = 100;
/** A run that nobody works on may be resumed elsewhere. */
const IDLE_POLL_MS = 1_000;

export interface OpenSession extends Session, AsyncDisposable {
  note(note: Note): void;
  /** Resolves once what is under way has been read; for those who must not see it half done. */
  settled(): Promise<void>;
}

/**
 * Opens a run for looking at, whether or not it is still going on. A finished one is compared at once.
 * @throws EvalhError E_RUN_FOLDER if the folder is not a run
 */
export async function openSession(folder: string, options: { readonly base?: string } = {}): Promise<OpenSession> {
  const follower = await followRun(folder);
  const store = snapshotStore(follower);
  const comparer = runComparer(folder, follower, store);
  const loop = pollLoop(follower, store, () => comparer.compare(null));
  await loop.first();
  if (follower.manifest.state !== "running") comparer.compare(options.base ?? null);
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
    async settled() {
      await comparer.settled();
    },
    async [Symbol.asyncDispose]() {
      await loop.stop();
      await comparer.settled();
      await comparer.shelf()?.[Symbol.asyncDispose]();
    },
  };
}

interface SnapshotStore {
  readonly subscribe: (listener: () => void) => () => void;
  readonly snapshot: () => Snapshot;
  /** Makes a new snapshot of what is known now and tells the listeners. */
  publish(part?: Pick<Partial<Snapshot>, "comparison" | "busy">): void;
}

function snapshotStore(follower: RunFollower): SnapshotStore {
  const listeners = new Set<() => void>();
  let extra: Pick<Snapshot, "comparison" | "busy"> = { comparison: null, busy: null };
  let current = snapshotOf(follower.facts(), extra);
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => current,
    publish(part = {}) {
      extra = { ...extra, ...part };
      current = snapshotOf(follower.facts(), extra);
      for (const listener of listeners) listener();
    },
  };
}

/** Once a run has ended, the comparison's own estimates show: they are those of every report. */
function snapshotOf(facts: RunFacts, extra: Pick<Snapshot, "comparison" | "busy">): Snapshot {
  const { comparison } = extra;
  if (comparison === null || facts.state === "running") return { ...facts, ...extra };
  return { ...facts, ...extra, scores: comparedScores(facts, comparison) };
}

function comparedScores({ rows, checkpoints }: RunFacts, comparison: Comparison): Snapshot["scores"] {
  const places = checkpoints.map(({ checkpoint }) =>
    comparison.checkpoints.findIndex(({ id }) => id === checkpoint.id),
  );
  return Object.fromEntries(
    rows.map(({ key }) => [key, places.map((place) => cellOf(comparison, key, place)?.estimate ?? null)]),
  );
}

interface RunComparer {
  readonly compare: (base: string | null) => void;
  /** The samples behind the comparison; null before there is one. */
  shelf(): SampleShelf | null;
  settled(): Promise<void>;
}

/** Compares behind the scenes. Of several wishes that come meanwhile the last one counts. */
function runComparer(folder: string, follower: RunFollower, store: SnapshotStore): RunComparer {
  let data: RunData | null = null;
  let readOf: unknown = null;
  let shelf: SampleShelf | null = null;
  let wish: { readonly base: string | null } | null = null;
  let working: Promise<void> | null = null;
  const readAnew = async (): Promise<RunData> => {
    // What was read holds until another answer comes or, once the run has ended, until somebody resumes it.
    const { manifest } = follower;
    const now = manifest.state === "running" ? answersSoFar(follower) : manifest;
    if (data !== null && now === readOf) return data;
    data = await readRun(folder);
    readOf = now;
    follower.tell(answerCounts(data));
    await shelf?.[Symbol.asyncDispose]();
    shelf = sampleShelf(data, { changed: () => store.publish(), failed: (error) => tell(follower, store, error) });
    return data;
  };
  const work = async (): Promise<void> => {
    while (wish !== null) {
      const { base } = wish;
      wish = null;
      store.publish({ busy: "comparing …" });
      try {
        const comparison = await buildComparison(await readAnew(), base === null ? {} : { base });
        store.publish({ comparison, busy: null });
      } catch (error) {
        store.publish({ busy: null });
        tell(follower, store, error);
      }
    }
    working = null;
  };
  return {
    compare(base) {
      wish = { base };
      working ??= work();
    },
    shelf: () => shelf,
    async settled() {
      await working;
      await shelf?.settled();
    },
  };
}

function answersSoFar(follower: RunFollower): number {
  return follower.facts().checkpoints.reduce((sum, { done, failed }) => sum + done + failed, 0);
}

/** Answers and failures of each checkpoint, over all units. */
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

function tell(follower: RunFollower, store: SnapshotStore, error: unknown): void {
  follower.note({ kind: "error", at: new Date().toISOString(), text: messageOf(error) });
  store.publish();
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
      const wasRunning = follower.manifest.state === "running";
      await pause(wasRunning ? POLL_MS : IDLE_POLL_MS, stopping.signal);
      if (stopping.signal.aborted) return;
      const changed = await readAll();
      const isStale = wasRunning && performance.now() - lastPublish >= IDLE_POLL_MS;
      if (changed || isStale) {
        store.publish();
        lastPublish = performance.now();
      }
      if (wasRunning && follower.manifest.state !== "running") ended();
    }
  };
  return {
    async first() {
      await readAll();
      store.publish();
    },
    start() {
      running = loop().catch((error: unknown) => tell(follower, store, error));
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

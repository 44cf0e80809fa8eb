import { messageOf } from "../../core/errors.ts";
import { readRun } from "../../compare/run-data.ts";
import type { Comparison } from "../../compare/comparison.ts";
import type { CompareRun } from "./compare-run.ts";
import type { RunFollower } from "./run-follower.ts";
import { sampleShelf, type SampleShelf } from "./sample-shelf.ts";
import type { SnapshotStore } from "./snapshot-store.ts";

export interface RunComparer extends AsyncDisposable {
  /** Resolves with the comparison that was wished for last; null if it could not be made. */
  readonly compare: (base: string | null) => Promise<Comparison | null>;
  /** The samples behind the comparison; null before there is one. */
  shelf(): SampleShelf | null;
  settled(): Promise<void>;
}

interface ComparerParts {
  readonly folder: string;
  readonly follower: RunFollower;
  readonly store: SnapshotStore;
  readonly compareRun: CompareRun;
}

/** Compares behind the scenes. Of several wishes that come meanwhile the last one counts. */
export function runComparer({ folder, follower, store, compareRun }: ComparerParts): RunComparer {
  const closing = new AbortController();
  let shelf: SampleShelf | null = null;
  let shelfOf: unknown = null;
  let wish: { readonly base: string | null } | null = null;
  let working: Promise<Comparison | null> | null = null;
  const tell = (error: unknown): void => tellOf(error, follower, store);
  /** What was read holds until another answer comes or, once the run has ended, until somebody resumes it. */
  const renewShelf = async (): Promise<void> => {
    const now = follower.state === "running" ? answersSoFar(follower) : follower.manifest;
    if (shelf !== null && now === shelfOf) return;
    await shelf?.[Symbol.asyncDispose]();
    shelf = sampleShelf(() => readRun(folder), { changed: () => store.publish(), failed: tell });
    shelfOf = now;
  };
  const work = async (): Promise<Comparison | null> => {
    let made: Comparison | null = null;
    while (wish !== null) {
      const { base } = wish;
      wish = null;
      store.publish({ busy: "comparing …" });
      try {
        await renewShelf();
        const { comparison, counts } = await compareRun({ folder, base, signal: closing.signal });
        follower.tell(counts);
        store.publish({ comparison, busy: null });
        made = comparison;
      } catch (error) {
        if (closing.signal.aborted) return null;
        made = null;
        store.publish({ busy: null });
        tell(error);
      }
    }
    working = null;
    return made;
  };
  return {
    compare(base) {
      wish = { base };
      working ??= work();
      return working;
    },
    shelf: () => shelf,
    async settled() {
      await working;
      await shelf?.settled();
    },
    async [Symbol.asyncDispose]() {
      wish = null;
      closing.abort();
      await working;
      await shelf?.[Symbol.asyncDispose]();
    },
  };
}

function answersSoFar(follower: RunFollower): number {
  return follower.facts().checkpoints.reduce((sum, { done, failed }) => sum + done + failed, 0);
}

/** What could not be read or compared stands among the run's events. */
export function tellOf(error: unknown, follower: RunFollower, store: SnapshotStore): void {
  follower.note({ kind: "error", at: new Date().toISOString(), text: messageOf(error) });
  store.publish();
}

import { cellOf } from "../../../reports/metric-view.ts";
import type { Comparison } from "../../compare/comparison.ts";
import type { Snapshot } from "../model/snapshot.ts";
import type { RunFacts, RunFollower } from "./run-follower.ts";

/** What is known of a run beside what its folder tells. */
type Extra = Pick<Snapshot, "comparison" | "busy">;

/** The newest snapshot, outside React. */
export interface SnapshotStore {
  readonly subscribe: (listener: () => void) => () => void;
  readonly snapshot: () => Snapshot;
  /** Makes a new snapshot of what is known now and tells the listeners. */
  publish(part?: Partial<Extra>): void;
}

export function snapshotStore(follower: RunFollower): SnapshotStore {
  const listeners = new Set<() => void>();
  let extra: Extra = { comparison: null, busy: null };
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
function snapshotOf(facts: RunFacts, extra: Extra): Snapshot {
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

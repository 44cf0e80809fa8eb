import type { SampleView } from "../../compare/comparison.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TaskSamples } from "./task-samples.ts";

/**
 * A run that is being looked at: a plain store outside React. What is not there yet is read behind the scenes, and
 * listeners are called once it is there.
 */
export interface Session {
  readonly subscribe: (listener: () => void) => () => void;
  /** The same object until something changes. */
  readonly snapshot: () => Snapshot;
  /** The samples of a task of the test split, or null while they are being read. */
  samples(task: string): TaskSamples | null;
  /** One sample with all its texts, or null while it is being read. */
  sample(task: string, ordinal: number): SampleView | null;
  /** Compares the checkpoints anew, against this one or against the one to ship. */
  readonly compare: (base: string | null) => unknown;
}

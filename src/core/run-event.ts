import type { ErrorInfo } from "./errors.ts";

/** What a running suite tells its watchers. Each event is sent after what it says is on disk. */
export type RunEvent =
  | {
      readonly type: "run-started";
      readonly runId: string;
      readonly folder: string;
      readonly total: number;
    }
  | {
      readonly type: "checkpoint-started";
      readonly checkpoint: string;
      readonly index: number;
      readonly of: number;
      readonly done: number;
    }
  | { readonly type: "checkpoint-failed"; readonly checkpoint: string; readonly error: ErrorInfo }
  | {
      readonly type: "samples-done";
      readonly checkpoint: string;
      readonly task: string;
      readonly count: number;
      readonly failed: number;
      readonly tokens: number;
      /** What the first of the failed ended in. */
      readonly firstError?: string;
    }
  /** A run that draws its samples has looked at its gates: after so many samples, so many gates are still open. */
  | {
      readonly type: "looked";
      readonly look: number;
      readonly looks: number;
      readonly samples: number;
      readonly of: number;
      readonly open: number;
      readonly gates: number;
    }
  /** A checkpoint has been asked what was left of a task: how long that took, its loading left out. */
  | {
      readonly type: "task-finished";
      readonly checkpoint: string;
      readonly task: string;
      readonly split: string;
      readonly samples: number;
      /** How many of them were known before they were asked. */
      readonly known: number;
      /** Generated. */
      readonly tokens: number;
      readonly seconds: number;
    }
  | { readonly type: "warning"; readonly message: string }
  /** A checkpoint's server is not ready yet; said again every second until it is. */
  | { readonly type: "waiting"; readonly checkpoint: string; readonly message: string }
  | {
      readonly type: "run-ended";
      readonly state: "complete" | "interrupted" | "incomplete";
      readonly failed: number;
      /** Answers given, and how many of them were known before they were asked; null without a cache. */
      readonly cache?: { readonly answers: number; readonly known: number } | null;
    };

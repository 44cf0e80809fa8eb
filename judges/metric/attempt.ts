import { toErrorInfo } from "../../src/core/errors.ts";
import type { Score } from "../../src/core/judge.ts";
import type { JsonValue } from "../../src/core/json.ts";
import type { Sample } from "../../src/core/sample.ts";

/** Scores one sample. What goes wrong with it is its own failure, never the run's. */
export function attempt<S extends JsonValue>(stats: () => S): Score<S> {
  try {
    return { kind: "scored", stats: stats() };
  } catch (error) {
    return { kind: "failed", error: toErrorInfo(error) };
  }
}

/** Scores one sample against its references; without any it is skipped. */
export function attemptWithReferences<S extends JsonValue>(sample: Sample, stats: () => S): Score<S> {
  return sample.references.length === 0 ? { kind: "skipped", reason: "no reference" } : attempt(stats);
}

import type { RunManifest } from "../../run/store/records.ts";

/** Under which conditions a checkpoint's answers took the time that they took. Null where it was not recorded. */
export interface Conditions {
  /** For example "2 × AMD EPYC, 24 GB, linux". */
  readonly machine: string | null;
  /** Backend with its version. */
  readonly backend: string | null;
  /** Calls at a time: a number, or "as found out". */
  readonly concurrency: string | null;
}

/** Conditions of a checkpoint's evaluation; those of several attempts are joined. */
export function conditionsOf({ attempts, backends }: RunManifest, checkpoint: string): Conditions {
  const joined = (values: readonly (string | null)[]): string | null =>
    values.includes(null) ? null : [...new Set(values)].join(" and ");
  return {
    machine: joined(attempts.map(({ machine }) => machine ?? null)),
    backend: backends[checkpoint] ?? null,
    concurrency: joined(
      attempts.map(({ concurrency }) =>
        concurrency === undefined ? null : concurrency === null ? "as found out" : String(concurrency),
      ),
    ),
  };
}

/** What differs, in words, or null. What was not recorded differs from everything: it may. */
export function conditionConflict(now: Conditions, then: Conditions): string | null {
  const names = { machine: "machine", backend: "backend", concurrency: "number of requests at a time" } as const;
  const found = (["machine", "backend", "concurrency"] as const).flatMap((key) => {
    const [a, b] = [now[key], then[key]];
    if (a === null || b === null) return [`the ${names[key]} was not recorded`];
    return a === b ? [] : [`the ${names[key]} is ${a}, and was ${b}`];
  });
  return found.length === 0 ? null : found.join("; ");
}

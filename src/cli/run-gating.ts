import { rm } from "node:fs/promises";

import { requireComparable, type Baseline } from "../compare/baseline/baseline.ts";
import { readRunHead } from "../compare/run-data.ts";
import type { Suite } from "../suite/suite.ts";
import { loadBaseline } from "./baseline-option.ts";

/** What flags say about the gates of a run. */
export interface GatingRequest {
  readonly suite: Suite;
  /** What the gates compare with; null for the committed one. */
  readonly baseline: string | null;
  /** True where flags left out samples or tasks: the committed baseline, which is of all of them, says nothing then. */
  readonly isPartial: boolean;
  /** Whether an inconclusive gate or verdict has an exit code of its own. */
  readonly strict: boolean;
}

/** Null where no gate is about a drop, or nothing is there to compare with. */
export async function runBaselineOf({ suite, baseline, isPartial }: GatingRequest): Promise<Baseline | null> {
  const isNeeded = suite.gates.some(({ mode }) => mode !== "threshold");
  if (!isNeeded || (isPartial && baseline === null)) return null;
  return loadBaseline(baseline ?? undefined, suite.name);
}

/**
 * Refuses a run before anything is asked if its gates could not be decided. The folder of a new one goes with it, so
 * that it is not the latest.
 * @throws EvalhError E_NOT_COMPARABLE
 */
export async function checkGating(
  folder: string,
  { suite, baseline, isNew }: { readonly suite: Suite; readonly baseline: Baseline | null; readonly isNew: boolean },
): Promise<void> {
  if (baseline === null) return;
  try {
    requireComparable(await readRunHead(folder), baseline, suite.gates);
  } catch (error) {
    if (isNew) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

import { join } from "node:path";

import { isJsonObject } from "../core/json.ts";
import { readSmallText } from "./checkpoint/bounded-read.ts";
import type { DiscoveredCheckpoint } from "./checkpoint/discover.ts";
import { numberOf, parseLooseJson } from "./loose-json.ts";

const MAX_BYTES = 64 * 1024 * 1024;

/** How far a training means to go, as the Hugging Face Trainer says in every checkpoint. */
export interface PlannedSteps {
  /** Step of the newest checkpoint that says it. */
  readonly step: number;
  readonly maxSteps: number;
}

/** Null where no checkpoint says. */
export async function plannedSteps(checkpoints: readonly DiscoveredCheckpoint[]): Promise<PlannedSteps | null> {
  for (const { path, complete } of checkpoints.toReversed()) {
    if (!complete) continue;
    const text = await readSmallText(join(path, "trainer_state.json"), MAX_BYTES);
    const state = text === null ? null : parsed(text);
    const step = numberOf(state?.["global_step"]);
    const maxSteps = numberOf(state?.["max_steps"]);
    if (step !== undefined && maxSteps !== undefined && maxSteps > 0) return { step, maxSteps };
  }
  return null;
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseLooseJson(text);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

import type { Equivalence, TaskAgreement } from "../../src/compare/equivalence.ts";
import type { TaskSpeed } from "../../src/compare/task-speed.ts";
import { speedRatio } from "../agreement-view.ts";

/** Whether a checkpoint answers as the one it was made from, for machines. */
export function equivalenceDocument({ base, backends, checkpoint, tasks }: Equivalence): {
  readonly [key: string]: unknown;
} {
  return { base, checkpoint, backends, tasks: tasks.map(taskDocument) };
}

function taskDocument(agreement: TaskAgreement): { readonly [key: string]: unknown } {
  const { task, unit, same, chance, divergence, gap, unrelated, speed } = agreement;
  return {
    task,
    unit,
    same_percent: same,
    chance_percent: chance,
    kl_divergence: divergence,
    logprob_gap: gap,
    unrelated,
    speed: {
      base: speedDocument(speed.base),
      checkpoint: speedDocument(speed.checkpoint),
      ratio: speedRatio(agreement),
    },
  };
}

function speedDocument(speed: TaskSpeed | null): { readonly [key: string]: unknown } | null {
  if (speed === null) return null;
  const { samples, seconds, tokens } = speed;
  return {
    samples,
    seconds,
    tokens,
    tokens_per_second: seconds === 0 || tokens === 0 ? null : tokens / seconds,
    ms_per_sample: samples === 0 ? null : (seconds / samples) * 1000,
  };
}

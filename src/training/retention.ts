import type { DiscoveredCheckpoint } from "./checkpoint/discover.ts";

/** What is known of a training when old checkpoints are to go. */
export interface RetentionFacts {
  /** Path of the checkpoint to ship; null while none is chosen: then nothing goes. */
  readonly ship: string | null;
  /** Step with the lowest evaluation loss. */
  readonly lowestLoss: number | null;
  /** Paths of checkpoints that were evaluated. Others may still be needed. */
  readonly evaluated: ReadonlySet<string>;
}

/** A checkpoint that is kept, and why. */
export interface Kept {
  readonly checkpoint: DiscoveredCheckpoint;
  readonly reason: string;
}

/**
 * Which checkpoints may be deleted: those that were evaluated and are neither to ship, nor the base model, nor of the
 * lowest loss, nor the newest complete one, from which the training would be resumed.
 */
export function planRetention(
  checkpoints: readonly DiscoveredCheckpoint[],
  facts: RetentionFacts,
): { readonly keep: readonly Kept[]; readonly remove: readonly DiscoveredCheckpoint[] } {
  const newest = checkpoints
    .filter(({ complete }) => complete)
    .reduce<DiscoveredCheckpoint | null>((last, each) => ((each.step ?? -1) >= (last?.step ?? -1) ? each : last), null);
  const reasonOf = (checkpoint: DiscoveredCheckpoint): string | null => {
    if (facts.ship === null) return "none is chosen yet";
    if (checkpoint.path === facts.ship) return "it is the one to ship";
    if (!checkpoint.complete) return "it is not complete";
    if (!facts.evaluated.has(checkpoint.path)) return "it was not evaluated";
    if (checkpoint.step === 0) return "it is the base model";
    if (checkpoint.step !== null && checkpoint.step === facts.lowestLoss) return "it has the lowest loss";
    return checkpoint === newest ? "the training would be resumed from it" : null;
  };
  const keep: Kept[] = [];
  const remove: DiscoveredCheckpoint[] = [];
  for (const checkpoint of checkpoints) {
    const reason = reasonOf(checkpoint);
    if (reason === null) remove.push(checkpoint);
    else keep.push({ checkpoint, reason });
  }
  return { keep, remove };
}

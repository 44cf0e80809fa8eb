import type { Ask } from "./ask.ts";
import type { WorkItem } from "./batches.ts";
import { withoutTimings } from "./cache/cached-ask.ts";
import type { ItemRecord } from "./store/records.ts";

/**
 * Asks each question of a batch once and gives its outcome to all samples that ask it. For questions whose answer is
 * always the same; which samples share a batch is the plan's doing, so the batch that is computed is the plan's too.
 *
 * @param questionOf equal for samples that ask the same
 * @param onShared told how many samples of a batch need no asking of their own
 */
export function distinctQuestions(
  ask: Ask,
  questionOf: (item: ItemRecord) => string,
  onShared: (samples: number) => void = () => undefined,
): Ask {
  return (batch, signal) => {
    if (batch.length === 1) return ask(batch, signal);
    const positions = new Map<string, number[]>();
    const distinct: WorkItem<ItemRecord>[] = [];
    for (const [index, work] of batch.entries()) {
      const question = questionOf(work.item);
      const known = positions.get(question);
      if (known === undefined) {
        positions.set(question, [index]);
        distinct.push(work);
      } else known.push(index);
    }
    if (distinct.length === batch.length) return ask(batch, signal);
    onShared(batch.length - distinct.length);
    return shared(ask, { distinct, positions: [...positions.values()], signal });
  };
}

async function* shared(
  ask: Ask,
  asked: {
    readonly distinct: readonly WorkItem<ItemRecord>[];
    readonly positions: readonly (readonly number[])[];
    readonly signal: AbortSignal;
  },
): ReturnType<Ask> {
  for await (const outcome of ask(asked.distinct, asked.signal)) {
    for (const [copy, index] of (asked.positions[outcome.index] ?? []).entries()) {
      yield copy === 0 || outcome.kind === "failed"
        ? { ...outcome, index }
        : { ...outcome, index, value: withoutTimings(outcome.value) };
    }
  }
}

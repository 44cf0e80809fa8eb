import { availableParallelism } from "node:os";

import { startModelThread, type ModelThread } from "./model-thread.ts";
import type { ModelTarget } from "./open-model.ts";
import type { AnyOutcome, Job, ModelFacts } from "./thread-message.ts";

/** Bytes a thread takes beside its weights: the engine, the tokenizer, one batch's activations. A generous guess. */
const THREAD_BYTES = 150e6;
/** Largest share of the free memory that the threads may take together. */
const MEMORY_SHARE = 0.5;

/** Copies of one model, each in a thread of its own. */
export interface ThreadPool extends AsyncDisposable {
  readonly facts: ModelFacts;
  /** Most threads at a time. */
  readonly size: number;
  run(job: Job, signal: AbortSignal): AsyncIterable<AnyOutcome>;
}

/** How many copies of a model keep all cores busy, and fit into memory. */
export function poolSize(
  facts: Pick<ModelFacts, "threads" | "weightsBytes">,
  machine: { readonly cores: number; readonly freeBytes: number },
): number {
  const byCores = Math.floor(machine.cores / facts.threads);
  // Weights are held twice while a session is made: as read, and as arranged for the processor.
  const byMemory = Math.floor((machine.freeBytes * MEMORY_SHARE) / (THREAD_BYTES + 2 * facts.weightsBytes));
  return Math.max(1, Math.min(byCores, byMemory));
}

/**
 * Opens a model in a first thread. Further ones are started when there is work for them.
 * @throws EvalhError E_CHECKPOINT when the model cannot be opened
 */
export async function openThreadPool(target: ModelTarget): Promise<ThreadPool> {
  const first = await startModelThread(target);
  const machine = { cores: availableParallelism(), freeBytes: process.availableMemory() };
  const size = poolSize(first.facts, machine);
  const threads: ModelThread[] = [first];
  const starting = new Set<Promise<unknown>>();
  const leastBusy = (): ModelThread => threads.reduce((best, each) => (each.load < best.load ? each : best));
  const grow = async (): Promise<void> => {
    const started = startModelThread(target).then((thread) => threads.push(thread));
    starting.add(started);
    try {
      await started;
    } finally {
      starting.delete(started);
    }
  };
  return {
    facts: first.facts,
    size,
    async *run(job, signal) {
      if (leastBusy().load > 0 && threads.length + starting.size < size) await grow();
      yield* leastBusy().run(job, signal);
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(starting);
      await Promise.all(threads.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}

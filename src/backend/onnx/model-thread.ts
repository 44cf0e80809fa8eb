import { Worker } from "node:worker_threads";

import { EvalhError } from "../../core/errors.ts";
import { arrivals, type Arrivals } from "./arrivals.ts";
import type { ModelTarget } from "./open-model.ts";
import {
  receiveError,
  type AnyOutcome,
  type Job,
  type ModelFacts,
  type ThreadReply,
  type ThreadRequest,
} from "./thread-message.ts";

/** How long a thread may take to end what it computes before it is ended by force. */
const CLOSE_MS = 5_000;
/** MB of a thread's nursery. A larger one holds more garbage of finished steps and was measured to be no faster. */
const NURSERY_MB = 16;

/** A model in a thread of its own: the runtime blocks the thread it is called from while it computes. */
export interface ModelThread extends AsyncDisposable {
  readonly facts: ModelFacts;
  /** Jobs handed over and not yet ended. */
  readonly load: number;
  run(job: Job, signal: AbortSignal): AsyncIterable<AnyOutcome>;
}

function deathOf(error: Error): Error {
  if (!("code" in error) || error.code !== "ERR_WORKER_OUT_OF_MEMORY") return error;
  return new EvalhError("E_BACKEND", "the thread that runs the model ran out of memory", {
    hint: "Set a smaller batch_size for this model.",
    cause: error,
  });
}

/** Jobs under way in one worker, and how it has ended if it has. */
function jobTable(worker: Worker) {
  const jobs = new Map<number, Arrivals<AnyOutcome>>();
  let nextId = 0;
  let death: Error | null = null;
  const take = (id: number): Arrivals<AnyOutcome> | undefined => {
    const job = jobs.get(id);
    jobs.delete(id);
    // A thread that nobody waits for does not keep the process alive.
    if (jobs.size === 0) worker.unref();
    return job;
  };
  return {
    get size() {
      return jobs.size;
    },
    get death() {
      return death;
    },
    begin(): { readonly id: number; readonly job: Arrivals<AnyOutcome> } {
      const id = nextId++;
      const job = arrivals<AnyOutcome>();
      if (death !== null) job.end(death);
      else {
        jobs.set(id, job);
        worker.ref();
      }
      return { id, job };
    },
    reply(message: ThreadReply): void {
      if (message.kind === "outcome") jobs.get(message.id)?.push(message.outcome);
      else if (message.kind === "end") take(message.id)?.end();
      else if (message.kind === "failed" && message.id !== null) take(message.id)?.end(receiveError(message.error));
    },
    die(error: Error): void {
      death ??= error;
      for (const id of jobs.keys()) take(id)?.end(death);
    },
  };
}

/**
 * Starts a thread and opens the model in it.
 * @throws EvalhError E_CHECKPOINT when the model cannot be opened, as it would be in this thread
 */
export async function startModelThread(target: ModelTarget): Promise<ModelThread> {
  const file = import.meta.url.endsWith(".ts") ? "./thread-entry.ts" : "./thread-entry.js";
  const { path, options } = target;
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { onnxModel: { path, options } },
    resourceLimits: { maxYoungGenerationSizeMb: NURSERY_MB },
  });
  const jobs = jobTable(worker);
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const facts = await new Promise<ModelFacts>((resolve, reject) => {
    worker.on("message", (message: ThreadReply) => {
      if (message.kind === "ready") resolve(message.facts);
      else if (message.kind === "failed" && message.id === null) reject(receiveError(message.error));
      else jobs.reply(message);
    });
    const die = (error: Error): void => {
      jobs.die(error);
      reject(error);
    };
    worker.on("error", (error) => die(deathOf(error as Error)));
    worker.on("exit", () => die(new EvalhError("E_BACKEND", "the thread that runs the model ended")));
  });
  worker.unref();
  const tell = (request: ThreadRequest): void => worker.postMessage(request);
  return {
    facts,
    get load() {
      return jobs.size;
    },
    async *run(job, signal) {
      signal.throwIfAborted();
      const { id, job: outcomes } = jobs.begin();
      const abort = (): void => {
        tell({ kind: "abort", id });
        outcomes.end(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      try {
        tell({ kind: "job", id, job });
        yield* outcomes;
      } finally {
        signal.removeEventListener("abort", abort);
      }
    },
    async [Symbol.asyncDispose]() {
      tell({ kind: "close" });
      worker.ref();
      const force = setTimeout(() => void worker.terminate(), CLOSE_MS);
      await ended;
      clearTimeout(force);
    },
  };
}

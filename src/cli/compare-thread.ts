import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { EvalhError, type ErrorCode } from "../core/errors.ts";
import type { Compared, CompareRun } from "../tui/data/compare-run.ts";
import type { CompareJob, CompareReply } from "./compare-worker.ts";

/**
 * Compares in a thread of its own: the statistics take seconds, in which neither a key would be heard nor a model asked.
 */
export function compareInThread(baseline: CompareJob["baseline"]): CompareRun {
  return async ({ folder, base, signal }) => {
    const file = import.meta.url.endsWith(".ts") ? "./compare-worker.ts" : "./compare-worker.js";
    const job: CompareJob = { folder, base, baseline };
    const worker = new Worker(new URL(file, import.meta.url), { workerData: { compareRun: job } });
    try {
      return comparedOf(await Promise.race([replyOf(worker, signal), deathOf(worker, signal)]));
    } finally {
      await worker.terminate();
    }
  };
}

async function replyOf(worker: Worker, signal: AbortSignal): Promise<CompareReply> {
  const [reply] = (await once(worker, "message", { signal })) as [CompareReply];
  return reply;
}

/** A thread that ends without a word must not be waited for. */
async function deathOf(worker: Worker, signal: AbortSignal): Promise<never> {
  const [code] = (await once(worker, "exit", { signal })) as [number];
  throw new Error(`the thread that compares the run ended with ${code}`);
}

function comparedOf(reply: CompareReply): Compared {
  if (reply.kind === "compared") return reply.compared;
  const { code, message, hint } = reply;
  if (!code.startsWith("E_")) throw new Error(message);
  throw new EvalhError(code as ErrorCode, message, hint === null ? {} : { hint });
}

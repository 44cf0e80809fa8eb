import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { EvalhError, type ErrorCode } from "../core/errors.ts";
import type { Pair, PairScore } from "./pair-judging.ts";
import type { PairReply } from "./pair-worker.ts";

/** Pairs handed over at a time: copying them must not hold the main thread up noticeably. */
const CHUNK = 1_000;

/**
 * Judges a stream of pairs in a thread of its own, so that the main thread stays free for the screen and for signals.
 * Memory holds statistics and two chunks of texts.
 * @returns the scores and how many pairs there were
 * @throws EvalhError E_USAGE for a judge that does not exist; what the stream throws
 */
export async function judgePairs(
  names: readonly string[],
  pairs: AsyncIterable<Pair>,
): Promise<{ scores: readonly PairScore[]; count: number }> {
  const file = import.meta.url.endsWith(".ts") ? "./pair-worker.ts" : "./pair-worker.js";
  const worker = new Worker(new URL(file, import.meta.url), { workerData: { judgePairs: names } });
  try {
    await answer(worker);
    let count = 0;
    let chunk: Pair[] = [];
    for await (const pair of pairs) {
      count++;
      chunk.push(pair);
      if (chunk.length < CHUNK) continue;
      await ask(worker, chunk);
      chunk = [];
    }
    if (chunk.length > 0) await ask(worker, chunk);
    const last = await ask(worker, []);
    return { scores: last.kind === "scores" ? last.scores : [], count };
  } finally {
    await worker.terminate();
  }
}

function ask(worker: Worker, pairs: readonly Pair[]): Promise<PairReply> {
  const reply = answer(worker);
  worker.postMessage(pairs);
  return reply;
}

/** The next reply. A bug in the thread comes as its "error" event, which `once` turns into a rejection. */
async function answer(worker: Worker): Promise<PairReply> {
  const [reply] = (await once(worker, "message")) as [PairReply];
  if (reply.kind !== "failed") return reply;
  throw new EvalhError(reply.code as ErrorCode, reply.message, reply.hint === null ? {} : { hint: reply.hint });
}

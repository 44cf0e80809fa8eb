import { parentPort, workerData } from "node:worker_threads";

import { toErrorInfo, EvalhError } from "../core/errors.ts";
import { openPairJudging, type Pair, type PairJudging } from "./pair-judging.ts";

/** What the thread answers: ready for more, the scores, or why it cannot go on. */
export type PairReply =
  | { readonly kind: "ready" }
  | { readonly kind: "scores"; readonly scores: ReturnType<PairJudging["finish"]> }
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly hint: string | null };

/** Pairs to judge; an empty list asks for the scores. */
export type PairRequest = readonly Pair[];

async function serve(port: NonNullable<typeof parentPort>, names: readonly string[]): Promise<void> {
  const reply = (message: PairReply): void => port.postMessage(message);
  try {
    const judging = await openPairJudging(names);
    port.on("message", (pairs: PairRequest) => {
      if (pairs.length === 0) reply({ kind: "scores", scores: judging.finish() });
      else void judging.add(pairs).then(() => reply({ kind: "ready" }));
    });
    reply({ kind: "ready" });
  } catch (error) {
    const hint = error instanceof EvalhError ? (error.hint ?? null) : null;
    reply({ kind: "failed", ...toErrorInfo(error), hint });
  }
}

// The file is a thread's entry: it does something only when it was started as one for this purpose.
const data: unknown = workerData;
if (parentPort !== null && typeof data === "object" && data !== null && "judgePairs" in data) {
  await serve(parentPort, data.judgePairs as readonly string[]);
}

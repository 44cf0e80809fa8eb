import { open } from "node:fs/promises";

import { EvalhError, messageOf } from "../../core/errors.ts";
import { stageName, type LoadStage } from "../../load/load-plan.ts";
import type { FlightFacts } from "../../load/flight.ts";

export interface RequestLog extends AsyncDisposable {
  readonly add: (facts: FlightFacts, at: { readonly stage: LoadStage; readonly repeat: number }) => void;
}

const BLOCK = 1 << 16;

/** Writes a line of JSON for every request, warm-up included. Times are seconds since the measurement began. */
export async function openRequestLog(path: string): Promise<RequestLog> {
  const file = await open(path, "w").catch((error: unknown) => {
    throw new EvalhError("E_USAGE", `cannot write ${path}: ${messageOf(error)}`);
  });
  const began = performance.now();
  const since = (ms: number): number | null => (Number.isNaN(ms) ? null : Math.round((ms - began) * 1000) / 1e6);
  let queued = "";
  let writing: Promise<unknown> = Promise.resolve();
  const flush = (): void => {
    const text = queued;
    queued = "";
    writing = writing.then(() => file.appendFile(text));
  };
  return {
    add(facts, { stage, repeat }) {
      const { intended, sent, first, last, end, chunks, promptTokens, outputTokens, failure } = facts;
      const line = {
        stage: stageName(stage),
        repeat,
        intended: since(intended),
        sent: since(sent),
        first: since(first),
        last: since(last),
        end: since(end),
        events: chunks,
        promptTokens: Number.isNaN(promptTokens) ? null : promptTokens,
        outputTokens: Number.isNaN(outputTokens) ? null : outputTokens,
        error: failure?.kind ?? null,
      };
      queued += `${JSON.stringify(line)}\n`;
      if (queued.length > BLOCK) flush();
    },
    async [Symbol.asyncDispose]() {
      flush();
      try {
        await writing;
      } finally {
        await file.close();
      }
    },
  };
}

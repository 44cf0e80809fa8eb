import type { Pool } from "undici";

import { watchGpus, type GpuWatch } from "./gpu-watch.ts";
import { createLoadClient, type LoadClient } from "./client.ts";
import type { FlightFacts } from "./flight.ts";
import type { Extent, LoadStage, ServiceLevel } from "./load-plan.ts";
import type { LoadResult, StageResult } from "./load-result.ts";
import type { PromptSource } from "./prompts.ts";
import { findSaturation, isSaturated } from "./saturation.ts";
import { runStage, type LiveStage } from "./stage.ts";
import { summariseRepeat, summariseStage, type RepeatSummary } from "./stage-summary.ts";
import { requestWriter, type LoadTarget } from "./target.ts";

export interface BenchOptions {
  readonly pool: Pool;
  readonly target: LoadTarget;
  readonly headers: Readonly<Record<string, string>>;
  readonly redact: (text: string) => string;
  readonly prompts: PromptSource;
  /** In ascending order of load. */
  readonly stages: readonly LoadStage[];
  /** Leaves out the stages after one that brought no more than the one before it. */
  readonly stopsAtSaturation: boolean;
  readonly repeats: number;
  readonly warmup: Extent;
  readonly length: Extent;
  readonly seed: number;
  readonly level: ServiceLevel | null;
  /** Milliseconds. */
  readonly timeout: number;
  readonly evalh: string;
  readonly notes: readonly string[];
  readonly stop: AbortSignal;
  readonly gpuCommand?: string;
  readonly onStage: (begun: StageBegun) => void;
  readonly onStageEnd: (ended: { readonly stage: StageResult; readonly repeat: number }) => void;
  readonly onRequest?: (facts: FlightFacts, at: { readonly stage: LoadStage; readonly repeat: number }) => void;
}

export interface StageBegun {
  readonly stage: LoadStage;
  /** From 0. */
  readonly index: number;
  readonly repeat: number;
  readonly live: LiveStage;
}

/** Runs the stages in turn, the whole series as often as is asked for, so that a drift of the server's is in every stage. */
export async function runBench(options: BenchOptions): Promise<LoadResult> {
  const startedAt = new Date().toISOString();
  const { stop, repeats } = options;
  const notes = new Set(options.notes);
  using client = createLoadClient(options.pool, options);
  const hostname = new URL(options.target.origin).hostname;
  using gpus = await watchGpus(hostname, {
    onProblem: (message) => notes.add(message),
    ...(options.gpuCommand === undefined ? {} : { command: options.gpuCommand }),
  });
  let { stages } = options;
  const summaries: RepeatSummary[][] = [];
  for (let repeat = 0; repeat < repeats && !stop.aborted; repeat++) {
    for (const [index, stage] of stages.entries()) {
      const found = await runOnce(options, { client, gpus, stage, index, repeat });
      if (found !== null) (summaries[index] ??= []).push(found);
      if (stop.aborted) break;
      const sofar = resultsOf(options, stages, summaries);
      options.onStageEnd({ stage: sofar[index] as StageResult, repeat });
      // The first repeat decides how far the sweep goes; the others measure the same stages.
      if (repeat === 0 && options.stopsAtSaturation && isSaturated(sofar.slice(0, index + 1))) {
        stages = stages.slice(0, index + 1);
        break;
      }
    }
  }
  const results = resultsOf(options, stages, summaries);
  for (const note of notesOn(results, options)) notes.add(note);
  return {
    format: "evalh-bench/1",
    startedAt,
    evalh: options.evalh,
    ...described(options),
    stages: results,
    saturation: findSaturation(results),
    bestGoodput: bestGoodput(results),
    notes: [...notes],
    isPartial: stop.aborted,
  };
}

async function runOnce(
  options: BenchOptions,
  at: {
    readonly client: LoadClient;
    readonly gpus: GpuWatch | null;
    readonly stage: LoadStage;
    readonly index: number;
    readonly repeat: number;
  },
): Promise<RepeatSummary | null> {
  const { client, gpus, stage, index, repeat } = at;
  const live: LiveStage = { phase: "warm-up", started: performance.now(), inFlight: 0, ended: 0, failed: 0 };
  options.onStage({ stage, index, repeat, live });
  const write = requestWriter(options.target);
  const { onRequest, prompts, warmup, length, level, stop } = options;
  const outcome = await runStage(stage, {
    client,
    nextRequest: () => write(prompts.next()),
    warmup,
    length,
    seed: options.seed + repeat,
    level,
    stop,
    live,
    ...(onRequest === undefined ? {} : { onRequest: (facts) => onRequest(facts, { stage, repeat }) }),
  });
  const { recording, window } = outcome;
  if (recording.completed + recording.failed === 0) return null;
  const tokens = recording.slices.reduce((sum, slice) => sum + slice.outputTokens, 0);
  return summariseRepeat(outcome, gpus?.between(window.from, window.to, tokens) ?? null);
}

function resultsOf(
  { level }: BenchOptions,
  stages: readonly LoadStage[],
  summaries: readonly (readonly RepeatSummary[] | undefined)[],
): StageResult[] {
  return stages.flatMap((stage, index) => {
    const repeats = summaries[index] ?? [];
    return repeats.length === 0 ? [] : [summariseStage(stage, repeats, level !== null)];
  });
}

function described(options: BenchOptions): Pick<LoadResult, "target" | "prompts" | "settings"> {
  const { target, prompts, repeats, warmup, length, seed, level, timeout } = options;
  const { origin, path, api, model, streams, maxTokens } = target;
  return {
    target: { url: origin + path, api, model, streams },
    prompts: { source: prompts.name, tokens: prompts.tokens, maxOutputTokens: maxTokens },
    settings: { repeats, warmup, length, seed, level, timeout: timeout / 1000 },
  };
}

function bestGoodput(stages: readonly StageResult[]): number | null {
  const rates = stages.map(({ rates }) => rates.goodput?.value ?? 0);
  const best = Math.max(0, ...rates);
  return best > 0 ? rates.indexOf(best) : null;
}

/** This share of the client's own time leaves too little to time others by. */
const BUSY = 0.85;

function notesOn(stages: readonly StageResult[], { warmup }: BenchOptions): string[] {
  const notes: string[] = [];
  const busy = stages.find(({ clientBusy }) => clientBusy > BUSY);
  if (busy !== undefined) {
    notes.push(
      `this client was busy ${Math.round(100 * busy.clientBusy)} % of the time: it may be what limits the highest rates`,
    );
  }
  // Of the lightest load: under a heavy one answers wait, whatever the warm-up.
  const usual = stages[0]?.latencies.e2e?.percentiles.p50?.value ?? 0;
  if ("ms" in warmup && usual > warmup.ms) {
    notes.push("an answer takes longer than the warm-up: take a longer --warmup, or the rates are of a cold start");
  }
  const split = stages.find(
    ({ tokens }) => tokens.output !== null && tokens.events !== null && tokens.output > 1.2 * tokens.events,
  );
  if (split !== undefined) {
    notes.push(
      "the server sends several tokens in one event: inter-token latency is between events, TPOT is between tokens",
    );
  }
  if (stages.some(({ requests }) => requests.unsent > 0)) {
    notes.push("some requests of the schedule were never sent: latencies from the intended time are lower bounds");
  }
  return notes;
}

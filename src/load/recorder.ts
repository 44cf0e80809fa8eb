import { CUT_OFF } from "./client.ts";
import type { FlightFacts } from "./flight.ts";
import { createHistogram, type Histogram } from "./histogram.ts";
import type { ServiceLevel } from "./load-plan.ts";

/** Width of the slices in which completions are counted, for intervals of rates. */
export const SLICE_MS = 250;

/** The latencies of one repeat of a stage. Those "from intended" count the wait before a late sending, too. */
export interface Latencies {
  readonly ttft: Histogram;
  readonly itl: Histogram;
  readonly tpot: Histogram;
  readonly e2e: Histogram;
  readonly ttftFromIntended: Histogram;
  readonly e2eFromIntended: Histogram;
}

/** Completions and their tokens within the window. */
export interface Completions {
  requests: number;
  good: number;
  promptTokens: number;
  outputTokens: number;
}

/** What one repeat of a stage measured. */
export interface Recording {
  readonly latencies: Latencies;
  /** Requests sent within the window, by what became of them. */
  completed: number;
  failed: number;
  good: number;
  readonly errors: Map<string, { count: number; readonly example: string }>;
  /** Of the time from the schedule to the answer's end over the time of sending. */
  readonly trend: Trend;
  /** Whatever ended within the window, in slices of `SLICE_MS`. */
  readonly slices: Completions[];
  /** Completed requests whose output and whose prompt the server counted. */
  countedOutputs: number;
  countedPrompts: number;
  promptTokens: number;
  outputTokens: number;
  chunks: number;
}

/** Sums for a line through points, x and y in milliseconds. */
interface Trend {
  n: number;
  x: number;
  y: number;
  xx: number;
  xy: number;
}

export interface Recorder {
  readonly recording: Recording;
  /** Begins the window: whatever was sent before is warm-up. Times are `performance.now()`; `to` may be infinite. */
  readonly open: (from: number, to: number) => void;
  /** Takes a request that has ended. */
  readonly add: (facts: FlightFacts) => void;
}

function createLatencies(): Latencies {
  return {
    ttft: createHistogram(),
    itl: createHistogram(),
    tpot: createHistogram(),
    e2e: createHistogram(),
    ttftFromIntended: createHistogram(),
    e2eFromIntended: createHistogram(),
  };
}

/** True if a request met the service level; a duration that it lacks is not met. Open loops count from the schedule. */
function isGood({ intended, first, last, end, chunks, outputTokens }: FlightFacts, level: ServiceLevel): boolean {
  const within = (limit: number | null, ms: number): boolean => limit === null || ms <= limit;
  return (
    within(level.ttft, first - intended) &&
    within(level.e2e, end - intended) &&
    within(level.itl, chunks > 1 ? (last - first) / (chunks - 1) : 0) &&
    within(level.tpot, outputTokens > 1 ? (last - first) / (outputTokens - 1) : 0)
  );
}

/** @param isScheduled whether requests have a time that they were meant for, as in an open loop */
export function createRecorder(level: ServiceLevel | null, isScheduled: boolean): Recorder {
  const recording: Recording = {
    latencies: createLatencies(),
    completed: 0,
    failed: 0,
    good: 0,
    errors: new Map(),
    trend: { n: 0, x: 0, y: 0, xx: 0, xy: 0 },
    slices: [],
    countedOutputs: 0,
    countedPrompts: 0,
    promptTokens: 0,
    outputTokens: 0,
    chunks: 0,
  };
  let opened = Infinity;
  let closed = Infinity;
  const countCompletion = (facts: FlightFacts): void => {
    if (facts.end < opened || facts.end > closed) return;
    const index = Math.floor((facts.end - opened) / SLICE_MS);
    while (recording.slices.length <= index) {
      recording.slices.push({ requests: 0, good: 0, promptTokens: 0, outputTokens: 0 });
    }
    const slice = recording.slices[index] as Completions;
    slice.requests++;
    if (level !== null && isGood(facts, level)) slice.good++;
    slice.promptTokens += facts.promptTokens || 0;
    // Without the server's count an event with text stands for a token.
    slice.outputTokens += facts.outputTokens || facts.chunks;
  };
  return {
    recording,
    open(from, to) {
      opened = from;
      closed = to;
    },
    add(facts) {
      if (facts.failure?.kind === CUT_OFF) return;
      if (facts.failure === null) countCompletion(facts);
      if (facts.intended < opened || facts.intended > closed) return;
      addMeasured(recording, facts, level);
      if (!isScheduled || facts.failure !== null) return;
      addFromIntended(recording.latencies, facts);
      addPoint(recording.trend, facts.intended - opened, facts.end - facts.intended);
    },
  };
}

function addMeasured(recording: Recording, facts: FlightFacts, level: ServiceLevel | null): void {
  const { failure } = facts;
  if (failure !== null) {
    recording.failed++;
    const known = recording.errors.get(failure.kind);
    if (known === undefined) recording.errors.set(failure.kind, { count: 1, example: failure.example });
    else known.count++;
    return;
  }
  recording.completed++;
  if (level !== null && isGood(facts, level)) recording.good++;
  addLatencies(recording.latencies, facts);
  recording.chunks += facts.chunks;
  if (!Number.isNaN(facts.outputTokens)) {
    recording.countedOutputs++;
    recording.outputTokens += facts.outputTokens;
  }
  if (!Number.isNaN(facts.promptTokens)) {
    recording.countedPrompts++;
    recording.promptTokens += facts.promptTokens;
  }
}

function addLatencies(latencies: Latencies, facts: FlightFacts): void {
  const { sent, first, last, end, chunks, gaps, outputTokens } = facts;
  latencies.e2e.add(end - sent);
  if (chunks === 0) return;
  latencies.ttft.add(first - sent);
  for (let i = 0; i < chunks - 1; i++) latencies.itl.add(gaps[i] as number);
  const tokens = Number.isNaN(outputTokens) ? chunks : outputTokens;
  if (tokens > 1) latencies.tpot.add((last - first) / (tokens - 1));
}

function addFromIntended(latencies: Latencies, { intended, first, end, chunks }: FlightFacts): void {
  latencies.e2eFromIntended.add(end - intended);
  if (chunks > 0) latencies.ttftFromIntended.add(first - intended);
}

function addPoint(trend: Trend, x: number, y: number): void {
  trend.n++;
  trend.x += x;
  trend.y += y;
  trend.xx += x * x;
  trend.xy += x * y;
}

/**
 * By how much the wait grows with the time that passes, by least squares: near 0 where a server keeps up, rate / capacity
 * − 1 where requests pile up. NaN for fewer than two points.
 */
export function slopeOf({ n, x, y, xx, xy }: Trend): number {
  return (n * xy - x * y) / (n * xx - x * x);
}

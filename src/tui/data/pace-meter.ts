import type { Pace } from "../model/snapshot.ts";

/** Rates are those of the last seconds, so that the time left follows a slow checkpoint. */
const WINDOW_MS = 10_000;
const MARK_EVERY_MS = 100;
const HISTORY_EVERY_MS = 1_000;
const HISTORY = 120;
const LATENCIES = 256;

interface Mark {
  readonly atMs: number;
  readonly samples: number;
  readonly tokens: number;
}

/** Measures how fast answers come. */
export interface PaceMeter {
  /** Answers that came now, with their completion tokens and how long each took where that is known. */
  add(answers: { readonly samples: number; readonly tokens: number; readonly ms: readonly number[] }): void;
  /** `missing`: answers still to come. */
  pace(missing: number): Pace;
}

/** @param nowMs a monotonic clock */
export function paceMeter(nowMs: () => number = () => performance.now()): PaceMeter {
  let samples = 0;
  let tokens = 0;
  const marks: Mark[] = [];
  const history: number[] = [];
  const latencies: number[] = [];
  let second: Mark | null = null;
  const closeSeconds = (now: Mark): void => {
    second ??= now;
    const elapsed = now.atMs - second.atMs;
    if (elapsed < HISTORY_EVERY_MS) return;
    history.push(((now.samples - second.samples) / elapsed) * 1000);
    if (history.length > HISTORY) history.shift();
    second = now;
  };
  return {
    add(answers) {
      samples += answers.samples;
      tokens += answers.tokens;
      latencies.push(...answers.ms.slice(-LATENCIES));
      latencies.splice(0, latencies.length - LATENCIES);
      const now = { atMs: nowMs(), samples, tokens };
      const last = marks.at(-1);
      if (last === undefined || now.atMs - last.atMs >= MARK_EVERY_MS) marks.push(now);
    },
    pace(missing) {
      const now = { atMs: nowMs(), samples, tokens };
      closeSeconds(now);
      while (marks.length > 1 && (marks[0]?.atMs ?? 0) < now.atMs - WINDOW_MS) marks.shift();
      const first = marks[0];
      const seconds = first === undefined ? 0 : (now.atMs - first.atMs) / 1000;
      const rate = (from: number, to: number): number | null =>
        seconds < 0.5 || to === from ? null : (to - from) / seconds;
      const samplesPerSecond = first === undefined ? null : rate(first.samples, samples);
      const sorted = latencies.toSorted((a, b) => a - b);
      return {
        samplesPerSecond,
        tokensPerSecond: first === undefined ? null : rate(first.tokens, tokens),
        secondsLeft: samplesPerSecond === null ? null : missing / samplesPerSecond,
        history: [...history],
        p50: sorted[Math.floor(sorted.length * 0.5)] ?? null,
        p95: sorted[Math.floor(sorted.length * 0.95)] ?? null,
      };
    },
  };
}

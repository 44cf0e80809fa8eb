import type { AnswerSlot } from "../measured/answer-slots.ts";
import type { Conditions } from "../measured/conditions.ts";
import type { MeasuredRun, Measurements } from "../measured/measurements.ts";
import { packStats, unpackStats, type PackedStats } from "./packed-stats.ts";

/** What one run measured, as a baseline file has it. */
interface StoredRun {
  readonly id: string;
  readonly started_at: string;
  /** MiB. */
  readonly memory: number | null;
  /** Joules a generated token. */
  readonly energy: number | null;
  /** Unit key → for each sample × repeat its milliseconds, true if it was not timed, null if there is no answer. */
  readonly answers: Readonly<Record<string, PackedStats>>;
}

/** What a baseline's run measured, and repetitions of it after it. */
export interface StoredMeasurements {
  readonly conditions: Conditions;
  readonly runs: readonly StoredRun[];
}

export function storeMeasured({ conditions, runs }: Measurements): StoredMeasurements {
  return {
    conditions,
    runs: runs.map(({ id, startedAt, memory, energy, answers }) => ({
      id,
      started_at: startedAt,
      memory,
      energy,
      answers: Object.fromEntries([...answers()].map(([key, slots]) => [key, packStats(slots)])),
    })),
  };
}

/** Answers are unpacked, and a damage to them found, only when they are asked for. */
export function openMeasured({ conditions, runs }: StoredMeasurements, file: string): Measurements {
  return {
    conditions,
    runs: runs.map(({ id, started_at: startedAt, memory, energy, answers }): MeasuredRun => {
      let opened: ReadonlyMap<string, readonly AnswerSlot[]> | null = null;
      const open = (): ReadonlyMap<string, readonly AnswerSlot[]> =>
        new Map(Object.entries(answers).map(([key, packed]) => [key, unpackStats(packed, file) as AnswerSlot[]]));
      return { id, startedAt, memory, energy, answers: () => (opened ??= open()) };
    }),
  };
}

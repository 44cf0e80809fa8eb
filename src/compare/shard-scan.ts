import { decodeLine } from "../run/store/checked-line.ts";
import { readBlocks, type StoredLine } from "../run/store/line-file.ts";
import { isSampleRecord, type SampleRecord, type UnitInfo } from "../run/store/records.ts";
import { runFiles } from "../run/store/run-folder.ts";

/** What a checkpoint's shard says of one unit, besides the statistics. */
export interface UnitAnswers {
  readonly unit: UnitInfo;
  /** Judge → samples it skipped, samples it failed on. */
  readonly skipped: Map<string, number>;
  readonly unjudged: Map<string, number>;
  /** Kind of warning → how often. */
  readonly warnings: Map<string, number>;
  answered: number;
  failed: number;
}

/** Told of each slot (sample × repeats + repeat) and its answer; of an error first, where the answer came later. */
export type AnswerVisitor = (unit: UnitInfo, slot: number, answer: { record: SampleRecord; line: StoredLine }) => void;

export function unitKey(unit: { readonly task: string; readonly split: string }): string {
  return unit.split === "test" ? unit.task : `${unit.task}@${unit.split}`;
}

/**
 * Reads a checkpoint's shard once. A key that appears twice counts once: the first answer, or an answer over an error.
 * @returns one entry a unit, by unit key, whether or not it was answered
 */
export async function scanShard(
  shard: { readonly folder: string; readonly checkpoint: string },
  units: readonly UnitInfo[],
  visit: AnswerVisitor,
): Promise<Map<string, UnitAnswers>> {
  const counter = answerCounter(units, visit);
  for await (const lines of readBlocks(runFiles.samples(shard.folder, shard.checkpoint))) {
    for (const line of lines) counter.add(line);
  }
  return counter.answers();
}

/** Counts the lines of a shard as they come: those of one that is still being written too. */
export interface AnswerCounter {
  add(line: StoredLine): void;
  /** What was counted so far, by unit key. */
  answers(): Map<string, UnitAnswers>;
}

export function answerCounter(units: readonly UnitInfo[], visit: AnswerVisitor): AnswerCounter {
  const states = new Map(units.map((unit) => [unitKey(unit), emptyState(unit)]));
  return {
    add(line) {
      if (!isSampleRecord(line.record)) return;
      const record = line.record;
      const state = states.get(unitKey(record));
      if (state === undefined) return;
      const { unit } = state.answers;
      const slot = record.i * unit.repeats + record.repeat;
      if (!Number.isInteger(slot) || slot < 0 || slot >= state.answered.length || state.answered[slot] === 1) return;
      if (record.error !== undefined) {
        if (!state.failed.has(slot)) visit(unit, slot, { record, line });
        state.failed.add(slot);
        return;
      }
      state.answered[slot] = 1;
      state.failed.delete(slot);
      addCounts(state.answers, record);
      visit(unit, slot, { record, line });
    },
    answers: () => new Map([...states].map(([key, { answers, failed }]) => [key, { ...answers, failed: failed.size }])),
  };
}

interface ScanState {
  readonly answers: UnitAnswers;
  readonly answered: Uint8Array;
  readonly failed: Set<number>;
}

function emptyState(unit: UnitInfo): ScanState {
  const counts = { skipped: new Map(), unjudged: new Map(), warnings: new Map(), answered: 0, failed: 0 };
  return { answers: { unit, ...counts }, answered: new Uint8Array(unit.n * unit.repeats), failed: new Set() };
}

function addCounts(unit: UnitAnswers, record: SampleRecord): void {
  unit.answered++;
  for (const [judge, { kind }] of Object.entries(record.unscored ?? {})) {
    count(kind === "skipped" ? unit.skipped : unit.unjudged, judge);
  }
  for (const kind of record.warnings ?? []) count(unit.warnings, kind);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The record at a place that a scan gave. */
export function parseRecord(bytes: Uint8Array): SampleRecord | null {
  const record = decodeLine(bytes);
  return isSampleRecord(record) ? record : null;
}

import { decodeLine } from "../run/store/checked-line.ts";
import { readLines } from "../run/store/line-file.ts";
import { isSampleRecord, type SampleRecord, type UnitInfo } from "../run/store/records.ts";
import { runFiles } from "../run/store/run-folder.ts";
import type { JsonValue } from "../core/json.ts";

/** Everything a checkpoint's shard says of one unit, by sample; what is missing was not answered. */
export interface UnitAnswers {
  readonly unit: UnitInfo;
  /** Judge → statistics at [sample × repeats + repeat]. */
  readonly stats: ReadonlyMap<string, (JsonValue | undefined)[]>;
  /** Judge → samples it skipped, samples it failed on. */
  readonly skipped: Map<string, number>;
  readonly unjudged: Map<string, number>;
  /** Kind of warning → how often. */
  readonly warnings: Map<string, number>;
  /** Where each answer lies in the shard: byte offset and length at [sample × repeats + repeat]; length 0 for none. */
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
  answered: number;
  failed: number;
}

export function unitKey(unit: { readonly task: string; readonly split: string }): string {
  return unit.split === "validation" ? `${unit.task}@validation` : unit.task;
}

/**
 * Reads a checkpoint's shard once. A key that appears twice counts once: the first answer, or an answer over an error.
 * @returns one entry a unit, by unit key, whether or not it was answered
 */
export async function scanShard(
  folder: string,
  checkpoint: string,
  units: readonly UnitInfo[],
): Promise<Map<string, UnitAnswers>> {
  const answers = new Map(units.map((unit) => [unitKey(unit), emptyAnswers(unit)]));
  const failures = new Map(units.map((unit) => [unitKey(unit), new Set<number>()]));
  for await (const line of readLines(runFiles.samples(folder, checkpoint))) {
    if (!isSampleRecord(line.record)) continue;
    const record = line.record;
    const unit = answers.get(unitKey(record));
    if (unit === undefined) continue;
    const slot = record.i * unit.unit.repeats + record.repeat;
    if (slot < 0 || slot >= unit.lengths.length || !Number.isInteger(slot)) continue;
    const failed = failures.get(unitKey(record));
    const isFirstAnswer = (unit.lengths[slot] ?? 0) === 0 || (failed?.has(slot) === true && record.error === undefined);
    if (!isFirstAnswer) continue;
    unit.offsets[slot] = line.offset;
    unit.lengths[slot] = line.length;
    if (record.error === undefined) {
      failed?.delete(slot);
      addRecord(unit, slot, record);
    } else failed?.add(slot);
  }
  for (const [key, unit] of answers) unit.failed = failures.get(key)?.size ?? 0;
  return answers;
}

function emptyAnswers(unit: UnitInfo): UnitAnswers {
  const slots = unit.n * unit.repeats;
  return {
    unit,
    stats: new Map(unit.judges.map((judge) => [judge.name, new Array<JsonValue | undefined>(slots)])),
    skipped: new Map(),
    unjudged: new Map(),
    warnings: new Map(),
    offsets: new Float64Array(slots),
    lengths: new Uint32Array(slots),
    answered: 0,
    failed: 0,
  };
}

function addRecord(unit: UnitAnswers, slot: number, record: SampleRecord): void {
  unit.answered++;
  for (const [judge, stats] of Object.entries(record.scores)) {
    const column = unit.stats.get(judge);
    if (column !== undefined) column[slot] = stats;
  }
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

import type { UnitInfo } from "../../run/store/records.ts";
import type { RunData } from "../run-data.ts";
import { scanShard, unitKey } from "../shard-scan.ts";

/** What became of an answer: the milliseconds it took, true where it was not timed (a cache had it), null for none. */
export type AnswerSlot = number | true | null;

/** A unit's answers by one checkpoint. */
export interface UnitSlots {
  /** By sample × repeats + repeat. */
  readonly slots: readonly AnswerSlot[];
  /** The slots that have an answer, in the order in which the answers came. */
  readonly order: readonly number[];
}

/** Reads what became of a checkpoint's answers, by unit key. */
export async function readSlots(
  { folder }: Pick<RunData, "folder">,
  checkpoint: string,
  units: readonly UnitInfo[],
): Promise<ReadonlyMap<string, UnitSlots>> {
  const found = new Map(
    units.map((unit) => [
      unitKey(unit),
      { slots: Array.from<AnswerSlot>({ length: unit.n * unit.repeats }).fill(null), order: [] as number[] },
    ]),
  );
  await scanShard({ folder, checkpoint }, units, (unit, slot, { record: { error, ms } }) => {
    if (error !== undefined) return;
    const of = found.get(unitKey(unit));
    if (of === undefined) return;
    of.slots[slot] = ms ?? true;
    of.order.push(slot);
  });
  return found;
}

import type { Gate } from "../../suite/suite.ts";
import { sliceOf } from "../../dataset/slice.ts";
import { isDrawn } from "../../run/drawing.ts";
import { readItems } from "../../run/items.ts";
import type { UnitInfo } from "../../run/store/records.ts";
import type { RunData } from "../run-data.ts";
import { scanShard } from "../shard-scan.ts";

/** The samples of a unit that a slice holds; null for all of them. */
export async function sliceMembers(
  folder: string,
  unit: UnitInfo,
  slice: Gate["slice"],
): Promise<ReadonlySet<number> | null> {
  if (slice === null) return null;
  const members = new Set<number>();
  for await (const item of readItems(folder, unit)) {
    if (sliceOf(item.columns, slice.field) === slice.value) members.add(item.i);
  }
  return members;
}

/** The test units that a gate of all tasks ("failure_rate") or of one ("title/failure_rate") is about. */
export function gatedUnits({ manifest }: Pick<RunData, "manifest">, metric: string): UnitInfo[] {
  const slash = metric.lastIndexOf("/");
  const task = slash < 0 ? null : metric.slice(0, slash);
  return manifest.units.filter((unit) => unit.split === "test" && (task === null || unit.task === task));
}

export interface Unanswered {
  /** Answers that were to be had, over samples and repeats. */
  readonly of: number;
  /** Those that ended in an error or were never asked. */
  readonly missing: number;
}

/** How many answers of a checkpoint are missing, over the test samples of some tasks. */
export async function countUnanswered(
  data: RunData,
  checkpoint: string,
  { units, slice }: { readonly units: readonly UnitInfo[]; readonly slice: Gate["slice"] },
): Promise<Unanswered> {
  const answered = new Map<UnitInfo, Set<number>>(units.map((unit) => [unit, new Set()]));
  await scanShard({ folder: data.folder, checkpoint }, units, (unit, slot, { record }) => {
    if (record.error === undefined) answered.get(unit)?.add(slot);
  });
  let of = 0;
  let present = 0;
  for (const [unit, slots] of answered) {
    const members = await sliceMembers(data.folder, unit, slice);
    const drawn = isDrawn(data.manifest, unit);
    const isAsked = (ordinal: number): boolean => drawn(ordinal) && (members === null || members.has(ordinal));
    for (let ordinal = 0; ordinal < unit.n; ordinal++) if (isAsked(ordinal)) of += unit.repeats;
    for (const slot of slots) if (isAsked(Math.floor(slot / unit.repeats))) present++;
  }
  return { of, missing: of - present };
}

/** What the answers of a checkpoint to some test samples took, milliseconds, ascending; those from a cache have none. */
export async function answerTimes(
  data: RunData,
  checkpoint: string,
  { units, slice }: { readonly units: readonly UnitInfo[]; readonly slice: Gate["slice"] },
): Promise<Float64Array> {
  const members = new Map<UnitInfo, ReadonlySet<number> | null>();
  for (const unit of units) members.set(unit, await sliceMembers(data.folder, unit, slice));
  const times: number[] = [];
  await scanShard({ folder: data.folder, checkpoint }, units, (unit, _slot, { record: { i, ms, error } }) => {
    if (error === undefined && ms !== undefined && members.get(unit)?.has(i) !== false) times.push(ms);
  });
  return Float64Array.from(times).sort();
}

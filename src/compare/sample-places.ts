import { isJsonObject } from "../core/json.ts";
import type { UnitInfo } from "../run/store/records.ts";
import { readLines } from "../run/store/line-file.ts";
import { runFiles } from "../run/store/run-folder.ts";
import { scanShard } from "./shard-scan.ts";

/** Where lines lie in a file, in bytes; length 0 for none. */
export interface Places {
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
}

function noPlaces(count: number): Places {
  return { offsets: new Float64Array(count), lengths: new Uint32Array(count) };
}

/** Where a checkpoint's answers to a unit lie, a place a slot (sample × repeats + repeat). Reads the shard once. */
export async function shardPlaces(folder: string, checkpoint: string, unit: UnitInfo): Promise<Places> {
  const places = noPlaces(unit.n * unit.repeats);
  await scanShard({ folder, checkpoint }, [unit], (_unit, slot, { line }) => {
    places.offsets[slot] = line.offset;
    places.lengths[slot] = line.length;
  });
  return places;
}

/** Where a unit's samples lie, a place a sample. */
export async function itemPlaces(folder: string, unit: UnitInfo): Promise<Places> {
  const places = noPlaces(unit.n);
  for await (const { record, offset, length } of readLines(runFiles.items(folder, unit.task, unit.split))) {
    const at = isJsonObject(record) ? record["i"] : null;
    if (typeof at !== "number") continue;
    places.offsets[at] = offset;
    places.lengths[at] = length;
  }
  return places;
}

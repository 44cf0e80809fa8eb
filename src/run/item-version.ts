import type { ItemRecord } from "./store/records.ts";

/** A sample as it is asked the given time: each repeat of a perturbed sample is another version of it. */
export function itemVersion(item: ItemRecord, repeat: number): ItemRecord {
  const version = item.versions?.[repeat - 1];
  return version === undefined ? item : { ...item, ...version };
}

import type { Estimate } from "../core/estimate.ts";
import { sliceOf } from "../dataset/slice.ts";
import { readItems } from "../run/items.ts";
import { estimate } from "../stats/estimate.ts";
import { hashSeed } from "../stats/hash-seed.ts";
import type { UnitInfo } from "../run/store/records.ts";
import type { SliceTable } from "./comparison.ts";
import { subsetColumn } from "./metric-column.ts";
import type { RunData } from "./run-data.ts";
import { unitKey } from "./shard-scan.ts";

/** A field with more values than this is no slice but an identifier; the largest are shown. */
const MOST_VALUES = 40;

/** The scores over samples that share a metadata value, for every slice field of every task's test split. */
export async function sliceTables(data: RunData, seed: number): Promise<SliceTable[]> {
  const tables: SliceTable[] = [];
  for (const unit of data.manifest.units) {
    if (unit.split !== "test" || unit.slices.length === 0) continue;
    for (const [field, values] of await sliceValues(data.folder, unit)) {
      for (const [value, ordinals] of [...values].sort((a, b) => b[1].size - a[1].size).slice(0, MOST_VALUES)) {
        tables.push({
          task: unitKey(unit),
          field,
          value,
          n: ordinals.size,
          estimates: estimates(data, unit, { ordinals, seed }),
        });
      }
    }
  }
  return tables;
}

/** Field → value → ordinals. */
async function sliceValues(folder: string, unit: UnitInfo): Promise<Map<string, Map<string, Set<number>>>> {
  const fields = new Map(unit.slices.map((field) => [field, new Map<string, Set<number>>()]));
  for await (const item of readItems(folder, unit)) {
    for (const [field, values] of fields) {
      const value = sliceOf(item.columns, field);
      const ordinals = values.get(value) ?? new Set();
      ordinals.add(item.i);
      values.set(value, ordinals);
    }
  }
  return fields;
}

function estimates(
  data: RunData,
  unit: UnitInfo,
  { ordinals, seed }: { readonly ordinals: ReadonlySet<number>; readonly seed: number },
): Record<string, (Estimate | null)[]> {
  const rows = data.metrics.filter((row) => row.unit === unit);
  return Object.fromEntries(
    rows.map((row) => [
      row.key,
      (data.columns.get(row.key) ?? []).map((column) => {
        if (column === null) return null;
        const part = subsetColumn(column, (ordinal) => ordinals.has(ordinal));
        return estimate(part.sufficient, { seed: hashSeed(String(seed), row.key), range: row.metric.range });
      }),
    ]),
  );
}

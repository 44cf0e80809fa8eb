import type { Judge, Metric } from "../core/judge.ts";
import type { JsonValue } from "../core/json.ts";
import type { Sufficient } from "../core/sufficient.ts";
import { averageRepeats, type MetricColumn } from "./metric-column.ts";

/** Statistics packed at a time: enough to be quick, few enough that a million samples never lie about as objects. */
const CHUNK = 4_096;

/** Gathers a judge's statistics in any order and packs them for each of its metrics. */
export interface StatsCollector {
  /** `slot` is sample × repeats + repeat. */
  add(slot: number, stats: JsonValue): void;
  /** Metric → column; without samples the column is empty. */
  columns(): Map<string, MetricColumn>;
}

/**
 * Means and proportions are packed as they come, one number a sample. Other metrics may need all statistics at once
 * (the classes of an F1 are known only then), so theirs are kept.
 */
export function statsCollector(judge: Judge, slots: number, repeats: number): StatsCollector {
  const means = new Map<string, { values: Float64Array; shape: Sufficient }>();
  let kept: Map<number, JsonValue> | null = null;
  let pending: { slot: number; stats: JsonValue }[] = [];
  const present = new Uint8Array(slots);

  const packMetric = (metric: Metric, stats: readonly JsonValue[]): boolean => {
    if (isSelective(metric)) return false;
    const shape = metric.sufficient(stats);
    if (shape.width !== 1 || !(shape.mean || shape.proportion)) return false;
    const mean = means.get(metric.name) ?? { values: new Float64Array(slots), shape };
    for (const [index, { slot }] of pending.entries()) mean.values[slot] = shape.rows[index] ?? 0;
    means.set(metric.name, mean);
    return true;
  };
  const flush = (): void => {
    if (pending.length === 0) return;
    const stats = pending.map((each) => each.stats);
    const areMeans = judge.metrics.map((metric) => packMetric(metric, stats));
    if (!areMeans.every(Boolean)) {
      kept ??= new Map();
      for (const each of pending) kept.set(each.slot, each.stats);
    }
    pending = [];
  };
  return {
    add(slot, stats) {
      present[slot] = 1;
      pending.push({ slot, stats });
      if (pending.length === CHUNK) flush();
    },
    columns() {
      flush();
      const order = presentSlots(present);
      return new Map(
        judge.metrics.map((metric) => {
          const mean = means.get(metric.name);
          if (mean !== undefined) return [metric.name, inOrdinals(meanColumn(mean, order), order, repeats)];
          const records = recordsOf(metric, { kept, order, repeats });
          return [metric.name, inOrdinals(packed(metric, records.stats), records.slots, records.repeats)];
        }),
      );
    },
  };
}

interface Packed {
  readonly sufficient: Sufficient;
  readonly perSample: Float64Array;
}

function presentSlots(present: Uint8Array): Uint32Array {
  const count = present.reduce((sum, each) => sum + each, 0);
  const order = new Uint32Array(count);
  let next = 0;
  for (let slot = 0; slot < present.length; slot++) {
    if (present[slot] === 1) order[next++] = slot;
  }
  return order;
}

/** A mean's row times its scale is the sample's own score. */
function meanColumn({ values, shape }: { values: Float64Array; shape: Sufficient }, order: Uint32Array): Packed {
  const rows = order.length === values.length ? values : Float64Array.from(order, (slot) => values[slot] as number);
  const perSample = shape.scale === 1 ? rows : rows.map((value) => value * shape.scale);
  return { sufficient: { ...shape, n: order.length, rows }, perSample };
}

/** True for a metric that leaves samples out or looks at all repeats of one together. */
function isSelective(metric: Metric): boolean {
  return metric.applies !== undefined || metric.combineRepeats !== undefined;
}

interface Records {
  readonly stats: readonly JsonValue[];
  /** Sample × repeats + repeat of each. */
  readonly slots: Uint32Array;
  readonly repeats: number;
}

/** The records that a metric is made of: one an answer or, where it looks at repeats together, one a sample. */
function recordsOf(
  metric: Metric,
  from: { readonly kept: ReadonlyMap<number, JsonValue> | null; readonly order: Uint32Array; readonly repeats: number },
): Records {
  const all: Records = {
    stats: Array.from(from.order, (slot) => from.kept?.get(slot) as JsonValue),
    slots: from.order,
    repeats: from.repeats,
  };
  const records = metric.combineRepeats === undefined ? all : combined(all, metric);
  const applies = records.stats.map((each) => metric.applies?.(each) ?? true);
  if (applies.every(Boolean)) return records;
  return {
    ...records,
    stats: records.stats.filter((_, index) => applies[index]),
    slots: records.slots.filter((_, index) => applies[index]),
  };
}

function combined({ stats, slots, repeats }: Records, metric: Metric): Records {
  const bySample = Map.groupBy(stats.keys(), (index) => Math.floor((slots[index] as number) / repeats));
  return {
    stats: Array.from(bySample.values(), (indices) => {
      const together = indices.map((index) => stats[index] as JsonValue);
      return metric.combineRepeats?.(together) ?? (together[0] as JsonValue);
    }),
    slots: Uint32Array.from(bySample.keys()),
    repeats: 1,
  };
}

function packed(metric: Metric, stats: readonly JsonValue[]): Packed {
  return {
    sufficient: metric.sufficient(stats),
    perSample: Float64Array.from(stats, (each) => metric.perSample(each)),
  };
}

function inOrdinals({ sufficient, perSample }: Packed, order: Uint32Array, repeats: number): MetricColumn {
  if (repeats === 1) return { ordinals: order, sufficient, perSample };
  return averageRepeats(
    sufficient,
    perSample,
    Array.from(order, (slot) => Math.floor(slot / repeats)),
  );
}

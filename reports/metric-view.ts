import type { Checkpoint } from "../src/core/checkpoint.ts";
import type { Cell, Comparison, MetricRow, PairedDifference } from "../src/compare/comparison.ts";
import { formatDelta } from "./number-format.ts";

/** A checkpoint with its place in the comparison's lists. */
export interface IndexedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly index: number;
}

export function testRows({ rows }: Comparison): readonly MetricRow[] {
  return rows.filter(({ split }) => split === "test");
}

export function seriesOf({ checkpoints }: Comparison): readonly IndexedCheckpoint[] {
  return checkpoints
    .map((checkpoint, index) => ({ checkpoint, index }))
    .filter(({ checkpoint }) => checkpoint.role === "series");
}

/** Heading of what `variantGroups` gives. */
export function equivalenceTitle(comparison: Comparison): string {
  const isPair = comparison.checkpoints.every(({ role }) => role === "series");
  return isPair ? "Do they answer alike" : "What compression costs";
}

/**
 * Variants grouped under the checkpoint they were made from; null where that one was not evaluated. Of two runs that
 * are compared, the second's checkpoint under the first's.
 */
export function variantGroups(comparison: Comparison): readonly VariantGroup[] {
  const groups = new Map<string | null, VariantGroup & { variants: IndexedCheckpoint[] }>();
  for (const [index, checkpoint] of comparison.checkpoints.entries()) {
    if (checkpoint.role !== "variant") continue;
    const at = comparison.checkpoints.findIndex(({ id }) => id === checkpoint.parent);
    const parent = comparison.checkpoints[at];
    const group = groups.get(checkpoint.parent) ?? {
      parent: parent === undefined ? null : { checkpoint: parent, index: at },
      variants: [],
    };
    group.variants.push({ checkpoint, index });
    groups.set(checkpoint.parent, group);
  }
  for (const { base, checkpoint } of comparison.equivalence) {
    const [parent, pair] = [base, checkpoint].map((id) => indexed(comparison, id));
    if (parent == null || pair?.checkpoint.role !== "series") continue;
    groups.set(base, { parent, variants: [pair] });
  }
  return [...groups.values()];
}

function indexed({ checkpoints }: Comparison, id: string): IndexedCheckpoint | null {
  const index = checkpoints.findIndex((each) => each.id === id);
  const checkpoint = checkpoints[index];
  return checkpoint === undefined ? null : { checkpoint, index };
}

export interface VariantGroup {
  readonly parent: IndexedCheckpoint | null;
  readonly variants: readonly IndexedCheckpoint[];
}

export function cellOf(comparison: Comparison, key: string, index: number): Cell | null {
  return comparison.cells[key]?.[index] ?? null;
}

/** Indices of the checkpoints of the series with the best value of a metric; empty where none stands out. */
export function bestOf(comparison: Comparison, row: MetricRow): ReadonlySet<number> {
  const scored = seriesOf(comparison).flatMap(({ index }) => {
    const value = cellOf(comparison, row.key, index)?.estimate?.value;
    return value === undefined || !Number.isFinite(value) ? [] : [{ index, value }];
  });
  const values = scored.map(({ value }) => value);
  const best = row.higherIsBetter ? Math.max(...values) : Math.min(...values);
  const found = scored.filter(({ value }) => value === best);
  return new Set(found.length > 1 && found.length === scored.length ? [] : found.map(({ index }) => index));
}

export type Change = "better" | "worse" | "none";

/** Whether a difference is an improvement; "none" where the test does not tell it from noise. */
export function changeOf(row: MetricRow, difference: PairedDifference): Change {
  if (!difference.significant || difference.value === 0) return "none";
  return difference.value > 0 === row.higherIsBetter ? "better" : "worse";
}

/** A difference with arrow and sign: ▲ for up, ▼ for down, whatever is better; = for what is written as zero. */
export function signedChange(value: number, { unit }: MetricRow): string {
  const text = formatDelta(value, unit);
  if (text.startsWith("±")) return `= ${text}`;
  return `${value > 0 ? "▲" : "▼"} ${text}`;
}

/** Half the width of an interval, what stands after ±. */
export function halfWidth({ lo, hi }: { readonly lo: number; readonly hi: number }): number {
  return (hi - lo) / 2;
}

/** The metric that decides: the one the ship choice used, else the first. */
export function decidingRow(comparison: Comparison): MetricRow | null {
  const rows = testRows(comparison);
  const wanted = comparison.ship?.metric.replace("@validation/", "/");
  return rows.find(({ key }) => key === wanted) ?? rows[0] ?? null;
}

/** All test metrics, the deciding one first. */
export function decidingFirst(comparison: Comparison): readonly MetricRow[] {
  const first = decidingRow(comparison);
  const others = testRows(comparison).filter((row) => row !== first);
  return first === null ? others : [first, ...others];
}

/** Places of the base checkpoint and of the one first compared with it: the last of the series that is another. */
export function firstPair(comparison: Comparison): { readonly base: number; readonly head: number } {
  const found = comparison.checkpoints.findIndex(({ id }) => id === comparison.base);
  const base = Math.max(0, found);
  const others = seriesOf(comparison).filter(({ index }) => index !== base);
  const head = others.at(-1)?.index ?? comparison.checkpoints.findIndex((_, index) => index !== base);
  return { base, head: head < 0 ? base : head };
}

import type { Comparison, SampleOutput, SampleView } from "../../../src/compare/comparison.ts";
import { hashSeed } from "../../../src/stats/hash-seed.ts";
import { testRows } from "../../metric-view.ts";

/** Why a sample's text is worth a place in the file, the most pressing first. */
export const Interest = {
  failed: 0,
  random: 1,
  changedMuch: 2,
  changed: 3,
  changedLittle: 4,
  unchanged: 5,
} as const;

/** Samples taken whatever happened to them, so that the file shows ordinary ones as well: all of a small run. */
export const RANDOM = 2000;
/** Shares of a metric's range that a score moves by. */
const MUCH = 0.5;
const SOME = 0.2;
const NOTHING = 1e-9;

/** Tells how much a sample's text matters: failures, an even random choice, then by how far scores moved from the base. */
export function interestOf(comparison: Comparison): (view: SampleView) => number {
  const base = comparison.checkpoints.findIndex(({ id }) => id === comparison.base);
  const rows = Map.groupBy(testRows(comparison), ({ task }) => task);
  const widths = new Map(
    [...rows].map(([task, list]) => [
      task,
      list.map((row) => ({ name: row.key.slice(task.length + 1), width: row.range[1] - row.range[0] })),
    ]),
  );
  const share = Math.min(1, RANDOM / Math.max(1, sampleTotal(comparison)));
  return (view) => {
    if (view.outputs.some((output) => output === null || output.error !== null)) return Interest.failed;
    // The hash depends on the sample alone: the same samples are taken whatever order they come in.
    if (hashSeed(view.task, view.id) < share * 2 ** 32) return Interest.random;
    const origin = view.outputs[base] ?? null;
    const moved = Math.max(0, ...(widths.get(view.task) ?? []).map((metric) => largestMove(view, origin, metric)));
    if (moved >= MUCH) return Interest.changedMuch;
    if (moved >= SOME) return Interest.changed;
    return moved > NOTHING ? Interest.changedLittle : Interest.unchanged;
  };
}

function largestMove(
  { outputs }: SampleView,
  origin: SampleOutput | null,
  { name, width }: { readonly name: string; readonly width: number },
): number {
  const from = origin?.scores[name] ?? null;
  let largest = 0;
  for (const output of outputs) {
    const to = output?.scores[name] ?? null;
    if (to === null || from === null) {
      if (to !== from) largest = Math.max(largest, MUCH);
      continue;
    }
    // A metric without bounds moves by shares of its own size.
    const scale = Number.isFinite(width) ? width : Math.max(Math.abs(from), Math.abs(to));
    if (scale > 0) largest = Math.max(largest, Math.abs(to - from) / scale);
  }
  return largest;
}

function sampleTotal(comparison: Comparison): number {
  const counts = new Map<string, number>();
  for (const row of testRows(comparison)) {
    for (const { estimate, failed, skipped } of comparison.cells[row.key] ?? []) {
      counts.set(row.task, Math.max(counts.get(row.task) ?? 0, (estimate?.n ?? 0) + failed + skipped));
    }
  }
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

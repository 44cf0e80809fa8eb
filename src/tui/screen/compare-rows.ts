import { lossesAt } from "../../../reports/losses.ts";
import { testRows } from "../../../reports/metric-view.ts";
import type { Comparison, MetricRow, SliceTable } from "../../compare/comparison.ts";

/** A line of the comparison table. */
export type CompareRow =
  | { readonly kind: "metric"; readonly row: MetricRow }
  | { readonly kind: "slice"; readonly row: MetricRow; readonly slice: SliceTable }
  | { readonly kind: "loss"; readonly which: "train" | "val"; readonly values: readonly (number | null)[] };

/** The test metrics, below each its slices where they are wanted, then the losses. */
export function compareRows(comparison: Comparison, { slices }: { readonly slices: boolean }): readonly CompareRow[] {
  const metrics = testRows(comparison).flatMap((row): CompareRow[] => [
    { kind: "metric", row },
    ...(slices ? comparison.slices : [])
      .filter((slice) => slice.task === row.task && slice.estimates[row.key] !== undefined)
      .map((slice): CompareRow => ({ kind: "slice", row, slice })),
  ]);
  return [...metrics, ...lossRows(comparison)];
}

function lossRows({ training, checkpoints }: Comparison): CompareRow[] {
  const losses = checkpoints.map(({ role, step }) => lossesAt(training, role === "series" ? step : null));
  return (["train", "val"] as const)
    .map((which): CompareRow => ({ kind: "loss", which, values: losses.map((each) => each[which]) }))
    .filter((each) => each.kind === "loss" && each.values.some((value) => value !== null));
}

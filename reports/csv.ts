import type { Cell, Comparison } from "../src/compare/comparison.ts";
import type { Checkpoint } from "../src/core/checkpoint.ts";
import type { Estimate } from "../src/core/estimate.ts";
import { csvRecord } from "../src/core/csv-cell.ts";
import { finiteOrNull } from "./number-format.ts";
import { textReport } from "./report-module.ts";

const HEADER = [
  "suite",
  "run",
  "checkpoint",
  "step",
  "role",
  "bytes",
  "metric",
  "split",
  "slice_field",
  "slice_value",
  "value",
  "lo",
  "hi",
  "n",
  "method",
  "failed",
  "skipped",
  "delta",
  "delta_lo",
  "delta_hi",
  "p_adjusted",
  "significant",
] as const;

export const csvReport = textReport({
  name: "csv",
  summary: "One line a checkpoint, metric and slice, for spreadsheets and data frames.",
  extension: "csv",
  mark: /^suite,run,checkpoint,step,role,/u,
  render: renderCsv,
});

function renderCsv(comparison: Comparison): string {
  const records = [csvRecord(HEADER)];
  for (const [index, checkpoint] of comparison.checkpoints.entries()) {
    for (const { key, split } of comparison.rows) {
      const cell = comparison.cells[key]?.[index] ?? null;
      records.push(
        record(comparison, checkpoint, [
          key,
          split,
          null,
          null,
          ...estimateFields(cell?.estimate ?? null),
          ...cellFields(cell),
        ]),
      );
    }
    for (const slice of comparison.slices) {
      for (const [key, estimates] of Object.entries(slice.estimates)) {
        const fields = [key, "test", slice.field, slice.value, ...estimateFields(estimates[index] ?? null)];
        records.push(record(comparison, checkpoint, [...fields, null, null, null, null, null, null, null]));
      }
    }
  }
  return records.join("");
}

type Field = string | number | boolean | null;

function record({ suite, run }: Comparison, { id, step, role, bytes }: Checkpoint, rest: readonly Field[]): string {
  return csvRecord([suite.name, run.id, id, step, role, bytes, ...rest]);
}

function estimateFields(estimate: Estimate | null): readonly Field[] {
  if (estimate === null) return [null, null, null, 0, null];
  return [
    finiteOrNull(estimate.value),
    finiteOrNull(estimate.lo),
    finiteOrNull(estimate.hi),
    estimate.n,
    estimate.method,
  ];
}

function cellFields(cell: Cell | null): readonly Field[] {
  const difference = cell?.difference ?? null;
  return [
    cell?.failed ?? 0,
    cell?.skipped ?? 0,
    finiteOrNull(difference?.value),
    finiteOrNull(difference?.lo),
    finiteOrNull(difference?.hi),
    finiteOrNull(difference?.pAdjusted),
    difference?.significant ?? null,
  ];
}

import type { Comparison } from "../src/compare/comparison.ts";
import { hasInterval } from "../src/core/estimate.ts";
import { cellOf, halfWidth, testRows } from "./metric-view.ts";
import { textReport, type TextReport } from "./report-module.ts";

/** What github-action-benchmark (1.x) reads as customBiggerIsBetter. */
export const benchmarkReport = benchmarkOf("benchmark", true);

/** The same for metrics whose lower values are better: customSmallerIsBetter. The action reads one kind a file. */
export const benchmarkSmallerReport = benchmarkOf("benchmark-smaller", false);

function benchmarkOf(name: string, higherIsBetter: boolean): TextReport {
  const better = higherIsBetter ? "higher" : "lower";
  return textReport({
    name,
    summary: `Scores of the checkpoint to ship for github-action-benchmark, where ${better} is better.`,
    extension: "json",
    mark: /^\[(\]|\n {2}\{\n {4}"name": )/u,
    render: (comparison) => `${JSON.stringify(entries(comparison, higherIsBetter), null, 2)}\n`,
  });
}

function entries(comparison: Comparison, higherIsBetter: boolean): object[] {
  const id = comparison.ship?.checkpoint ?? comparison.base;
  const index = comparison.checkpoints.findIndex((checkpoint) => checkpoint.id === id);
  return testRows(comparison).flatMap((row) => {
    const estimate = cellOf(comparison, row.key, index)?.estimate;
    if (estimate == null || !Number.isFinite(estimate.value) || row.higherIsBetter !== higherIsBetter) return [];
    return [
      {
        // The checkpoint is no part of the name: the chart follows the metric over time.
        name: `${comparison.suite.name}/${row.key}`,
        unit: row.unit === "percent" ? "%" : "",
        value: estimate.value,
        ...(hasInterval(estimate) ? { range: `± ${halfWidth(estimate).toPrecision(3)}` } : {}),
        extra: `checkpoint ${id}\nn=${estimate.n}\n${row.signature}\nrun ${comparison.run.id}`,
      },
    ];
  });
}

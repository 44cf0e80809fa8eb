import type { Comparison } from "../src/compare/comparison.ts";
import { hasInterval } from "../src/core/estimate.ts";
import { cellOf, testRows } from "./metric-view.ts";
import { textReport } from "./report-module.ts";

/**
 * The metadata that Hugging Face model cards carry at their beginning, of the checkpoint to ship. Interval and number of
 * samples stand in a metric's `args`, which the card's specification leaves free.
 */
export const modelIndexReport = textReport({
  name: "model-index",
  summary: "Scores of the checkpoint to ship as the model-index of a Hugging Face model card.",
  extension: "yaml",
  mark: /^model-index:\n/u,
  render: renderModelIndex,
});

function renderModelIndex(comparison: Comparison): string {
  const id = comparison.ship?.checkpoint ?? comparison.base;
  const index = comparison.checkpoints.findIndex((checkpoint) => checkpoint.id === id);
  const tasks = Map.groupBy(testRows(comparison), ({ task }) => task);
  const results = [...tasks].flatMap(([task, rows]) => {
    const metrics = rows.flatMap((row) => {
      const estimate = cellOf(comparison, row.key, index)?.estimate;
      if (estimate == null || !Number.isFinite(estimate.value)) return [];
      const { value, n, lo, hi, method } = estimate;
      const known = hasInterval(estimate) ? { n, lo: finite(lo), hi: finite(hi), interval: method } : {};
      return [
        `        - type: ${scalar(row.metric === "recorded" ? row.key.slice(row.task.length + 1) : row.metric)}`,
        `          name: ${scalar(row.key)}`,
        `          value: ${value}`,
        `          args: ${flow({ ...known, signature: row.signature })}`,
      ];
    });
    if (metrics.length === 0) return [];
    return [
      `    - task: { type: "text-generation", name: ${scalar(task)} }`,
      `      dataset: { type: ${scalar(comparison.suite.name)}, name: ${scalar(`${comparison.suite.name} v${comparison.suite.version}, ${task}`)}, split: "test" }`,
      `      metrics:`,
      ...metrics,
    ];
  });
  return ["model-index:", `  - name: ${scalar(id)}`, "    results:", ...results, ""].join("\n");
}

/** YAML reads JSON's strings; U+2028 and its like are escaped so that no reader takes them for line breaks. */
function scalar(text: string): string {
  return flow(text.toWellFormed());
}

function flow(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

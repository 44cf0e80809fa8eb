import type { Comparison, MetricRow, SampleOutput, SampleView } from "../../../src/compare/comparison.ts";
import { checkpointLabels } from "../../checkpoint-label.ts";
import { decidingRow, firstPair, testRows } from "../../metric-view.ts";
import { Status, type MetaMetric, type ReportMeta } from "./format.ts";
import { previewList, type PreviewList } from "./preview.ts";
import { encodeScores, type EncodedScores } from "./score-columns.ts";

/** Everything of the samples but their text, as columns. */
export interface CollectedColumns {
  readonly ids: readonly string[];
  readonly previews: readonly string[];
  /** Checkpoint after checkpoint. */
  readonly status: Uint8Array;
  /** Checkpoint after checkpoint: place of the first that said the same. */
  readonly sameText: Uint16Array;
  /** One a slice field. */
  readonly slices: readonly Uint16Array[];
  /** One a metric. */
  readonly scores: readonly EncodedScores[];
  meta(texts: Pick<ReportMeta, "embedded" | "embed">): ReportMeta;
}

export interface ColumnCollector {
  readonly total: number;
  add(view: SampleView): void;
  finish(): CollectedColumns;
}

interface MetricColumn {
  readonly row: MetricRow;
  /** Within its task: what SampleOutput.scores calls it. */
  readonly name: string;
  /** Checkpoint → scores in the order of the task's samples, NaN for none. */
  readonly scores: readonly number[][];
}

interface TaskSpan {
  readonly name: string;
  readonly start: number;
  count: number;
  readonly previews: PreviewList;
  readonly metrics: readonly MetricColumn[];
}

interface SliceColumn {
  readonly field: string;
  readonly values: Map<string, number>;
  readonly codes: number[];
}

/** Gathers the columns of samples that come task by task. */
export function columnCollector(comparison: Comparison): ColumnCollector {
  const { checkpoints } = comparison;
  const ids: string[] = [];
  const status = checkpoints.map((): number[] => []);
  const sameText = checkpoints.map((): number[] => []);
  const tasks: TaskSpan[] = [];
  const slices = new Map<string, SliceColumn>();
  const spanOf = (task: string): TaskSpan => {
    const last = tasks.at(-1);
    if (last?.name === task) return last;
    const metrics = testRows(comparison)
      .filter((row) => row.task === task)
      .map((row) => ({ row, name: row.key.slice(task.length + 1), scores: checkpoints.map((): number[] => []) }));
    const span = { name: task, start: ids.length, count: 0, previews: previewList(), metrics };
    tasks.push(span);
    return span;
  };
  return {
    get total() {
      return ids.length;
    },
    add(view) {
      const span = spanOf(view.task);
      addSlices(slices, view, ids.length);
      ids.push(view.id);
      span.count++;
      span.previews.add(view.prompt);
      for (const [index, flags] of status.entries()) {
        const output = view.outputs[index] ?? null;
        flags.push(statusOf(output));
        sameText[index]?.push(firstWithText(view.outputs, index));
        for (const { name, scores } of span.metrics) scores[index]?.push(output?.scores[name] ?? Number.NaN);
      }
    },
    finish: () => finish(comparison, { ids, status, sameText, tasks, slices: [...slices.values()] }),
  };
}

/** Failures count as texts of their own kind: they are the same as each other and as nothing else. */
function firstWithText(outputs: SampleView["outputs"], index: number): number {
  const keyOf = (output: SampleOutput | null | undefined): string | null =>
    output == null || output.error !== null ? null : output.text;
  const key = keyOf(outputs[index]);
  return outputs.findIndex((output) => keyOf(output) === key);
}

function statusOf(output: SampleOutput | null): number {
  if (output === null) return 0;
  if (output.error !== null) return Status.ran | Status.failed;
  return (
    Status.ran |
    (output.finish === "length" ? Status.truncated : 0) |
    (output.finish !== "scored" && output.text.trim() === "" ? Status.empty : 0)
  );
}

function addSlices(columns: Map<string, SliceColumn>, { slices }: SampleView, at: number): void {
  for (const [field, value] of Object.entries(slices)) {
    const column = columns.get(field) ?? { field, values: new Map<string, number>([["", 0]]), codes: [] };
    columns.set(field, column);
    // A field with more values than codes is no slice; what is beyond them is not told apart.
    if (!column.values.has(value) && column.values.size < 0xffff) column.values.set(value, column.values.size);
    column.codes[at] = column.values.get(value) ?? 0;
  }
}

interface Gathered {
  readonly ids: readonly string[];
  readonly status: readonly (readonly number[])[];
  readonly sameText: readonly (readonly number[])[];
  readonly tasks: readonly TaskSpan[];
  readonly slices: readonly SliceColumn[];
}

function finish(comparison: Comparison, { ids, status, sameText, tasks, slices }: Gathered): CollectedColumns {
  const metrics = tasks.flatMap((span, task) => span.metrics.map((metric) => ({ task, ...metric })));
  return {
    ids,
    previews: tasks.flatMap(({ previews }) => previews.finish()),
    status: Uint8Array.from(status.flat()),
    sameText: Uint16Array.from(sameText.flat()),
    slices: slices.map(({ codes }) => Uint16Array.from({ length: ids.length }, (_, at) => codes[at] ?? 0)),
    scores: metrics.map(({ scores }) => encodeScores(Float64Array.from(scores.flat()))),
    meta: (texts) => ({
      format: "evalh-report/1",
      ...placesOf(comparison),
      tasks: tasks.map(({ name, start, count }) => ({ name, start, count })),
      metrics: metrics.map(metaMetric),
      deciding: Math.max(
        0,
        metrics.findIndex(({ row }) => row.key === decidingRow(comparison)?.key),
      ),
      slices: slices.map(({ field, values }) => ({ field, values: [...values.keys()] })),
      total: ids.length,
      ...texts,
    }),
  };
}

function placesOf(comparison: Comparison): Pick<ReportMeta, "checkpoints" | "base" | "head" | "ship"> {
  const { checkpoints, ship } = comparison;
  const label = checkpointLabels(checkpoints);
  const placeOf = (id: string | null | undefined): number | null => {
    const at = checkpoints.findIndex((checkpoint) => checkpoint.id === id);
    return at < 0 ? null : at;
  };
  return {
    checkpoints: checkpoints.map(({ id, step, role, parent }) => ({
      id,
      label: label(id),
      step,
      role,
      parent: placeOf(parent),
    })),
    ...firstPair(comparison),
    ship: placeOf(ship?.checkpoint),
  };
}

function metaMetric({ row, name, task, scores }: MetricColumn & { readonly task: number }): MetaMetric {
  let low = Infinity;
  let high = -Infinity;
  for (const column of scores) {
    for (const score of column) {
      if (!Number.isFinite(score)) continue;
      low = Math.min(low, score);
      high = Math.max(high, score);
    }
  }
  const bound = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return {
    key: row.key,
    name,
    task,
    unit: row.unit,
    higherIsBetter: row.higherIsBetter,
    seen: low <= high ? [low, high] : [0, 1],
    range: [bound(row.range[0]), bound(row.range[1])],
  };
}

import { formatDeepLink, parseDeepLink } from "../../deep-link.ts";
import type { ReportData } from "./report-data.ts";

export type SortKey = "order" | "id" | "score" | "delta";

/** What the sample browser shows. */
export interface Selection {
  /** Places in the report's lists. */
  readonly metric: number;
  readonly base: number;
  readonly head: number;
  readonly filter: string;
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly sample: number | null;
}

export interface SelectionStore {
  readonly get: () => Selection;
  readonly set: (change: Partial<Selection>) => void;
  readonly subscribe: (listener: (now: Selection, before: Selection) => void) => void;
}

export function selectionStore(first: Selection): SelectionStore {
  let now = first;
  const listeners: ((now: Selection, before: Selection) => void)[] = [];
  return {
    get: () => now,
    set(change) {
      const before = now;
      now = { ...before, ...change };
      for (const listener of listeners) listener(now, before);
    },
    subscribe: (listener) => void listeners.push(listener),
  };
}

/** What the page shows first, as far as its address does not say otherwise. */
export function firstSelection({ meta }: ReportData): Selection {
  return {
    metric: meta.deciding,
    base: meta.base,
    head: meta.head,
    filter: "",
    sort: "order",
    descending: false,
    sample: null,
  };
}

/** What the address asks for; names that the report does not know are passed over. */
export function linkedSelection(data: ReportData, fragment: string): Partial<Selection> | null {
  const link = parseDeepLink(fragment);
  if (link === null) return null;
  const sample = link.sample === null ? null : findSample(data, link.sample);
  const metric = link.metric === null ? metricOfSample(data, sample) : findMetric(data, link.metric);
  const head = link.checkpoint === null ? null : findCheckpoint(data, link.checkpoint);
  const base = link.base === null ? null : findCheckpoint(data, link.base);
  return {
    ...(sample === null ? {} : { sample }),
    ...(metric === null ? {} : { metric }),
    ...(head === null ? {} : { head }),
    ...(base === null ? {} : { base }),
    filter: link.filter ?? "",
  };
}

/** A link that leads back to a selection. Says only what differs from the page's first view. */
export function linkTo(data: ReportData, selection: Selection): string {
  const { meta } = data;
  const first = firstSelection(data);
  return formatDeepLink({
    sample: selection.sample === null ? null : sampleKey(data, selection.sample),
    checkpoint: selection.head === first.head ? null : (meta.checkpoints[selection.head]?.label ?? null),
    base: selection.base === first.base ? null : (meta.checkpoints[selection.base]?.label ?? null),
    metric: selection.metric === first.metric ? null : (meta.metrics[selection.metric]?.key ?? null),
    filter: selection.filter,
  });
}

export function taskOf({ meta }: ReportData, sample: number): number {
  return meta.tasks.findIndex(({ start, count }) => sample >= start && sample < start + count);
}

function sampleKey(data: ReportData, sample: number): string {
  return `${data.meta.tasks[taskOf(data, sample)]?.name ?? ""}/${data.ids[sample] ?? ""}`;
}

/** A checkpoint by id, label, end of its name, or step. */
export function findCheckpoint({ meta }: ReportData, name: string): number | null {
  const tests = [
    (item: (typeof meta.checkpoints)[number]) => item.id === name || item.label === name,
    (item: (typeof meta.checkpoints)[number]) => item.role === "series" && String(item.step) === name,
    (item: (typeof meta.checkpoints)[number]) => item.label.endsWith(name),
  ];
  for (const test of tests) {
    const place = meta.checkpoints.findIndex(test);
    if (place >= 0) return place;
  }
  return null;
}

export function findMetric({ meta }: ReportData, name: string): number | null {
  const exact = meta.metrics.findIndex(({ key }) => key === name);
  const place = exact >= 0 ? exact : meta.metrics.findIndex((metric) => metric.name === name);
  return place < 0 ? null : place;
}

/** By "task/id", or by id alone, the first of several. */
function findSample(data: ReportData, name: string): number | null {
  for (const { name: task, start, count } of data.meta.tasks) {
    if (!name.startsWith(`${task}/`)) continue;
    const place = data.ids.indexOf(name.slice(task.length + 1), start);
    if (place >= 0 && place < start + count) return place;
  }
  const place = data.ids.indexOf(name);
  return place < 0 ? null : place;
}

function metricOfSample(data: ReportData, sample: number | null): number | null {
  if (sample === null) return null;
  const task = taskOf(data, sample);
  if (data.meta.metrics[data.meta.deciding]?.task === task) return data.meta.deciding;
  const place = data.meta.metrics.findIndex((metric) => metric.task === task);
  return place < 0 ? null : place;
}

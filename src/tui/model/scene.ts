import { parseFilter } from "../../../reports/filter-query.ts";
import { cellOf, decidingRow, firstPair, seriesOf, testRows } from "../../../reports/metric-view.ts";
import type { Comparison, MetricRow, SampleView } from "../../compare/comparison.ts";
import { findSamples } from "./sample-list.ts";
import type { Session } from "./session.ts";
import type { Snapshot } from "./snapshot.ts";
import type { TaskSamples } from "./task-samples.ts";
import type { SamplesState, UiState } from "./ui-state.ts";

/** Everything that keys and screens need to know at one moment. */
export interface Scene {
  readonly snapshot: Snapshot;
  /** Columns and rows of the terminal. */
  readonly columns: number;
  readonly rows: number;
  /** What the sample browser shows; null while there is no comparison. */
  readonly browser: Browser | null;
}

/** The sample browser's choice with names resolved. */
export interface Browser {
  readonly comparison: Comparison;
  readonly row: MetricRow;
  /** Places of checkpoints in the comparison's order. */
  readonly base: number;
  readonly head: number;
  /** Null while they are being read. */
  readonly samples: TaskSamples | null;
  /** The samples listed, by position in the dataset. */
  readonly found: Uint32Array;
  /** What of the filter could not be understood. */
  readonly problems: readonly string[];
  /** Position of the chosen sample in the dataset; null for an empty list. */
  readonly chosen: number | null;
  /** Its texts; null while they are being read. */
  readonly sample: SampleView | null;
}

/** Makes scenes. What costs time is kept until what it depends on changes. */
export function sceneMaker(session: Session): (state: UiState, size: { columns: number; rows: number }) => Scene {
  let key: readonly unknown[] = [];
  let listed: Pick<Browser, "found" | "problems"> = { found: new Uint32Array(), problems: [] };
  return (state, size) => {
    const snapshot = session.snapshot();
    const { comparison } = snapshot;
    const selection = comparison === null ? null : select(comparison, state.samples);
    if (comparison === null || selection === null) return { snapshot, ...size, browser: null };
    const isShown = state.view === "samples";
    const samples = isShown ? session.samples(selection.row.task) : null;
    const { filter, sort, cursor } = state.samples;
    const next = [samples, selection.row.key, selection.base, selection.head, filter, sort];
    if (next.some((each, index) => each !== key[index])) {
      key = next;
      listed = list(comparison, { selection, samples, filter, sort });
    }
    const chosen = listed.found[Math.min(cursor, listed.found.length - 1)] ?? null;
    const sample = chosen === null ? null : session.sample(selection.row.task, chosen);
    return { snapshot, ...size, browser: { comparison, ...selection, samples, ...listed, chosen, sample } };
  };
}

interface Selection {
  readonly row: MetricRow;
  readonly base: number;
  readonly head: number;
}

function list(
  comparison: Comparison,
  {
    selection,
    samples,
    filter,
    sort,
  }: Pick<SamplesState, "filter" | "sort"> & {
    readonly selection: Selection;
    readonly samples: TaskSamples | null;
  },
): Pick<Browser, "found" | "problems"> {
  const query = parseFilter(filter);
  const problems = [...query.problems, ...unknownNames(comparison, query)];
  if (samples === null) return { found: new Uint32Array(), problems };
  const series = seriesOf(comparison).map(({ index }) => index);
  return { found: findSamples({ samples, ...selection, series }, query, sort), problems };
}

/** What the filter names goes before what was chosen by keys. Null for a comparison without metrics. */
export function select(comparison: Comparison, state: SamplesState): Selection | null {
  const query = parseFilter(state.filter);
  const row = findRow(comparison, query.metric) ?? findRow(comparison, state.metric) ?? decidingRow(comparison);
  if (row === null) return null;
  const place = (named: string | null, chosen: string | null, otherwise: number): number =>
    findCheckpoint(comparison, named) ?? findCheckpoint(comparison, chosen) ?? otherwise;
  return {
    row,
    base: place(query.base, state.base, firstPair(comparison).base),
    head: place(query.checkpoint, state.head, lastScored(comparison)),
  };
}

/** Place of the checkpoint first compared with the base: the last of the series, or the last that has scores so far. */
export function lastScored(comparison: Comparison): number {
  const { head } = firstPair(comparison);
  const hasScores = (index: number): boolean =>
    testRows(comparison).some(({ key }) => (cellOf(comparison, key, index)?.estimate ?? null) !== null);
  if (hasScores(head)) return head;
  const scored = seriesOf(comparison).filter(
    ({ checkpoint, index }) => checkpoint.id !== comparison.base && hasScores(index),
  );
  return scored.at(-1)?.index ?? head;
}

interface Names {
  readonly checkpoint: string | null;
  readonly base: string | null;
  readonly metric: string | null;
}

function unknownNames(comparison: Comparison, { checkpoint, base, metric }: Names): string[] {
  return [
    ...[checkpoint, base].filter((name) => name !== null && findCheckpoint(comparison, name) === null),
    ...[metric].filter((name) => name !== null && findRow(comparison, name) === null),
  ].map((name) => `there is no ${name}`);
}

function findRow(comparison: Comparison, name: string | null): MetricRow | null {
  if (name === null) return null;
  const rows = testRows(comparison);
  return rows.find(({ key }) => key === name) ?? rows.find(({ metric }) => metric === name) ?? null;
}

/** By id, by the end of its name, or by step; null for none. */
export function findCheckpoint({ checkpoints }: Comparison, name: string | null): number | null {
  if (name === null) return null;
  const tests = [
    ({ id }: { readonly id: string }) => id === name || id.endsWith(`/${name}`),
    ({ role, step }: { readonly role: string; readonly step: number | null }) =>
      role === "series" && String(step) === name,
    ({ id }: { readonly id: string }) => id.endsWith(name),
  ];
  for (const test of tests) {
    const place = checkpoints.findIndex(test);
    if (place >= 0) return place;
  }
  return null;
}

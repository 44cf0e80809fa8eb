import { createHash } from "node:crypto";

import type { Place } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Row } from "../core/sample.ts";
import { openDataset } from "./index.ts";
import type { DatasetSpec } from "./spec.ts";

/** A row that one version lacks, or that differs. */
export interface RowChange {
  readonly id: string;
  readonly place: Place;
  /** Columns that differ; empty for rows that were added or removed. */
  readonly columns: readonly string[];
}

/** What changed between two versions of a dataset. */
export interface DatasetDiff {
  readonly rows: { readonly a: number; readonly b: number };
  readonly columns: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly same: number;
  /** Same ids in another order. */
  readonly isReordered: boolean;
  /** Column → rows in which it differs. */
  readonly changedColumns: ReadonlyMap<string, number>;
  /** The first of each kind. */
  readonly examples: {
    readonly added: readonly RowChange[];
    readonly removed: readonly RowChange[];
    readonly changed: readonly RowChange[];
  };
}

const MOST_EXAMPLES = 10;
/** Bytes of a value's digest: two different values look alike once in 2^48. */
const DIGEST_BYTES = 6;

interface Seen {
  readonly place: Place;
  /** Digests of the values, in the order of the columns of version A. */
  readonly digests: string;
  readonly order: number;
}

/**
 * Compares two versions of a dataset row by row, by their ids; without an id column, by content, so that a row that
 * changed counts as one removed and one added. Memory grows with the ids and six bytes a value.
 * @throws EvalhError E_DATASET
 */
export async function diffDatasets(a: DatasetSpec, b: DatasetSpec): Promise<DatasetDiff> {
  const columnsA = new Map<string, number>();
  const rowsA = new Map<string, Seen>();
  const isByContent = a.id === undefined;
  const keys = contentKeys();
  let countA = 0;
  for await (const row of openDataset(a)) {
    for (const name of Object.keys(row.columns)) if (!columnsA.has(name)) columnsA.set(name, columnsA.size);
    rowsA.set(isByContent ? keys(row) : row.id, {
      place: row.place,
      digests: digestsOf(row.columns, columnsA),
      order: countA++,
    });
  }
  const state = emptyState();
  const columnsB = new Set<string>();
  const keysB = contentKeys();
  let countB = 0;
  for await (const row of openDataset(b)) {
    countB++;
    for (const name of Object.keys(row.columns)) columnsB.add(name);
    const key = isByContent ? keysB(row) : row.id;
    const before = rowsA.get(key);
    rowsA.delete(key);
    compareRow(row, before, { state, columns: columnsA });
  }
  const removed = [...rowsA].map(([id, { place }]) => ({ id: isByContent ? "" : id, place, columns: [] }));
  return {
    rows: { a: countA, b: countB },
    columns: {
      added: [...columnsB].filter((name) => !columnsA.has(name)),
      removed: [...columnsA.keys()].filter((name) => !columnsB.has(name)),
    },
    added: state.added,
    removed: removed.length,
    changed: state.changed,
    same: state.same,
    isReordered: state.isReordered,
    changedColumns: state.changedColumns,
    examples: { ...state.examples, removed: removed.slice(0, MOST_EXAMPLES) },
  };
}

interface State {
  added: number;
  changed: number;
  same: number;
  isReordered: boolean;
  lastOrder: number;
  readonly changedColumns: Map<string, number>;
  readonly examples: { readonly added: RowChange[]; readonly changed: RowChange[] };
}

function emptyState(): State {
  return {
    added: 0,
    changed: 0,
    same: 0,
    isReordered: false,
    lastOrder: -1,
    changedColumns: new Map(),
    examples: { added: [], changed: [] },
  };
}

function compareRow(
  row: Row,
  before: Seen | undefined,
  { state, columns }: { readonly state: State; readonly columns: ReadonlyMap<string, number> },
): void {
  const { id, place } = row;
  if (before === undefined) {
    state.added++;
    if (state.examples.added.length < MOST_EXAMPLES) state.examples.added.push({ id, place, columns: [] });
    return;
  }
  if (before.order < state.lastOrder) state.isReordered = true;
  state.lastOrder = before.order;
  const now = digestsOf(row.columns, columns);
  const width = DIGEST_BYTES * 2;
  const missing = digestOf("");
  const differing = [...columns]
    // A row that was read before a column first appeared has no digest for it.
    .filter(
      ([, at]) =>
        now.slice(at * width, (at + 1) * width) !== (before.digests.slice(at * width, (at + 1) * width) || missing),
    )
    .map(([name]) => name);
  differing.push(...Object.keys(row.columns).filter((name) => !columns.has(name)));
  if (differing.length === 0) {
    state.same++;
    return;
  }
  state.changed++;
  for (const name of differing) state.changedColumns.set(name, (state.changedColumns.get(name) ?? 0) + 1);
  if (state.examples.changed.length < MOST_EXAMPLES) state.examples.changed.push({ id, place, columns: differing });
}

/** One digest a known column, hex; a missing value has one of its own. */
function digestsOf(columns: JsonObject, known: ReadonlyMap<string, number>): string {
  let digests = "";
  for (const name of known.keys())
    digests += digestOf(Object.hasOwn(columns, name) ? JSON.stringify(columns[name]) : "");
  return digests;
}

function digestOf(text: string): string {
  return createHash("sha256")
    .update(text)
    .digest("hex")
    .slice(0, DIGEST_BYTES * 2);
}

/** Keys by content: the n-th row with the same content has a key of its own. */
function contentKeys(): (row: Row) => string {
  const seen = new Map<string, number>();
  return ({ columns }) => {
    const digest = createHash("sha256")
      .update(
        JSON.stringify(
          Object.keys(columns)
            .toSorted()
            .map((name) => [name, columns[name]]),
        ),
      )
      .digest("base64url");
    const count = seen.get(digest) ?? 0;
    seen.set(digest, count + 1);
    return `${digest}#${count}`;
  };
}

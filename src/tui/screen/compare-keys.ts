import { formatDeepLink } from "../../../reports/deep-link.ts";
import { sliceTerm } from "../../../reports/filter-query.ts";
import type { Comparison } from "../../compare/comparison.ts";
import { compareRows, type CompareRow } from "./compare-rows.ts";
import { movedPlace } from "../model/key.ts";
import { lastScored, type Scene } from "../model/scene.ts";
import { withFilter } from "./type-filter.ts";
import type { CompareState, UiState } from "../model/ui-state.ts";
import { openView, type Update } from "./open-view.ts";

/** What the comparison's cursor stands on. */
export interface CompareCursor {
  readonly rows: readonly CompareRow[];
  /** Place in `rows`. */
  readonly row: number;
  /** Place of the checkpoint. */
  readonly column: number;
}

export function compareCursor(comparison: Comparison, state: CompareState): CompareCursor {
  const rows = compareRows(comparison, state);
  const column = state.column ?? lastScored(comparison);
  return {
    rows,
    row: Math.max(0, Math.min(state.row, rows.length - 1)),
    column: Math.max(0, Math.min(column, comparison.checkpoints.length - 1)),
  };
}

/** Keys of the comparison table. */
export function compareKeys(state: UiState, key: string, scene: Scene): Update | null {
  const { comparison } = scene.snapshot;
  if (key === "esc") return openView(state, "run", scene);
  if (comparison === null) return null;
  const cursor = compareCursor(comparison, state.compare);
  const chosen = comparison.checkpoints[cursor.column];
  const change = (part: Partial<CompareState>): Update => ({
    state: { ...state, compare: { ...state.compare, ...part } },
  });
  switch (key) {
    case "h":
      return change({ column: Math.max(0, cursor.column - 1) });
    case "l":
      return change({ column: Math.min(comparison.checkpoints.length - 1, cursor.column + 1) });
    case "s":
      return change({ slices: !state.compare.slices, row: sameRow(comparison, cursor, !state.compare.slices) });
    case "B":
      return { state, effect: { kind: "compare", base: chosen?.id ?? null } };
    case "enter":
      return openSamples(state, scene, { comparison, cursor, flag: null });
    case "f":
      return openSamples(state, scene, { comparison, cursor, flag: "fixed" });
    case "b":
      return openSamples(state, scene, { comparison, cursor, flag: "broken" });
    case "y":
      return { state, effect: { kind: "copy", fragment: linkToCell(comparison, cursor) } };
    default: {
      const moved = movedPlace(key, cursor.row, { count: cursor.rows.length, page: Math.max(1, scene.rows - 12) });
      return moved === null ? null : change({ row: moved });
    }
  }
}

/** Where the row under the cursor stands once slices are shown or hidden; a slice's metric where it is hidden. */
function sameRow(comparison: Comparison, { rows, row }: CompareCursor, slices: boolean): number {
  const current = rows[row];
  if (current === undefined) return 0;
  const isSame = (other: CompareRow): boolean =>
    other.kind === "loss" || current.kind === "loss"
      ? other.kind === "loss" && current.kind === "loss" && other.which === current.which
      : other.row.key === current.row.key;
  return Math.max(0, compareRows(comparison, { slices }).findIndex(isSame));
}

interface SampleWish {
  readonly comparison: Comparison;
  readonly cursor: CompareCursor;
  readonly flag: "fixed" | "broken" | null;
}

/** The samples behind the cell under the cursor. */
function openSamples(state: UiState, scene: Scene, { comparison, cursor, flag }: SampleWish): Update {
  const current = cursor.rows[cursor.row];
  if (current === undefined || current.kind === "loss") {
    return { state: { ...state, message: "losses have no samples; choose a metric" } };
  }
  const slice = current.kind === "slice" ? sliceTerm(current.slice.field, current.slice.value) : "";
  const head = comparison.checkpoints[cursor.column];
  const filtered = withFilter(state, [flag ?? "", slice].filter((part) => part !== "").join(" "));
  const samples = {
    ...filtered.samples,
    metric: current.row.key,
    head: head?.id ?? null,
    base: head?.role === "variant" ? head.parent : null,
  };
  return openView({ ...filtered, samples }, "samples", scene);
}

function linkToCell(comparison: Comparison, { rows, row, column }: CompareCursor): string {
  const current = rows[row];
  return formatDeepLink({
    metric: current === undefined || current.kind === "loss" ? null : current.row.key,
    checkpoint: comparison.checkpoints[column]?.id ?? null,
    base: comparison.base,
  });
}

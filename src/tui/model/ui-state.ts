import type { SortKey } from "./sample-list.ts";
import type { Snapshot } from "./snapshot.ts";

/** In the order of their numbers. */
export const VIEWS = ["run", "compare", "samples", "log", "gates", "people"] as const;

export type ViewName = (typeof VIEWS)[number];

/** The screens that a run has something to show on. */
export function viewsOf({ comparison, people }: Snapshot): readonly ViewName[] {
  const isEmpty: Partial<Record<ViewName, boolean>> = {
    gates: (comparison?.gates ?? []).length === 0,
    people: people.length === 0,
  };
  return VIEWS.filter((view) => isEmpty[view] !== true);
}

/** What the outputs of a sample are compared with. */
export const DIFFS = ["base", "reference", "nothing"] as const;

export type DiffMode = (typeof DIFFS)[number];

/** What the user has chosen to look at. Never changed; keys make a new one. */
export interface UiState {
  readonly view: ViewName;
  readonly help: boolean;
  /** While the filter is being typed: what it was before, to go back to. It applies with every letter. */
  readonly typing: { readonly before: string } | null;
  /** Shown in the footer until the next key. */
  readonly message: string | null;
  readonly compare: CompareState;
  readonly samples: SamplesState;
  /** First lines that show. */
  readonly logTop: number;
  readonly gatesTop: number;
  readonly peopleTop: number;
}

export interface CompareState {
  readonly row: number;
  /** Place of the checkpoint; null for the one first compared with the base. */
  readonly column: number | null;
  readonly slices: boolean;
}

export interface SamplesState {
  /** Row key; null for the deciding metric. */
  readonly metric: string | null;
  /** Ids of checkpoints; null for the base and the one first compared with it. */
  readonly head: string | null;
  readonly base: string | null;
  readonly filter: string;
  readonly sort: SortKey;
  /** Place in the list. */
  readonly cursor: number;
  /** The detail takes the whole width and shows every checkpoint's answer. */
  readonly zoom: boolean;
  /** First line of the detail that shows. */
  readonly scroll: number;
  readonly diff: DiffMode;
}

export const FIRST_STATE: UiState = {
  view: "run",
  help: false,
  typing: null,
  message: null,
  compare: { row: 0, column: null, slices: false },
  samples: {
    metric: null,
    head: null,
    base: null,
    filter: "",
    sort: "order",
    cursor: 0,
    zoom: false,
    scroll: 0,
    diff: "base",
  },
  logTop: 0,
  gatesTop: 0,
  peopleTop: 0,
};

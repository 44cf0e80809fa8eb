import type { Scene } from "../model/scene.ts";
import type { UiState, ViewName } from "../model/ui-state.ts";

/** What a key asks of the world outside the screen. */
export type Effect =
  | { readonly kind: "quit" }
  | { readonly kind: "interrupt" }
  | { readonly kind: "compare"; readonly base: string | null }
  /** The fragment of a link into the report. */
  | { readonly kind: "copy"; readonly fragment: string }
  /** A sample for people to look at, by its id. */
  | { readonly kind: "queue"; readonly task: string; readonly sample: string };

export interface Update {
  readonly state: UiState;
  readonly effect?: Effect;
}

/** Another screen; one that needs a comparison asks for it. */
export function openView(state: UiState, view: ViewName, { snapshot }: Scene): Update {
  const opened = { ...state, view };
  const needsComparison = (view === "compare" || view === "samples") && snapshot.comparison === null;
  return needsComparison ? { state: opened, effect: { kind: "compare", base: null } } : { state: opened };
}

import { escapeText } from "../../../reports/escape-text.ts";
import type { KeyPress } from "../model/key.ts";
import type { UiState } from "../model/ui-state.ts";

/** The filter line: what is typed applies at once, Enter keeps it, Escape goes back to what was. */
export function typeFilter(state: UiState, typing: { readonly before: string }, { name, text }: KeyPress): UiState {
  const { filter } = state.samples;
  switch (name) {
    case "enter":
      return { ...state, typing: null };
    case "esc":
      return { ...withFilter(state, typing.before), typing: null };
    case "backspace":
    case "delete":
      return withFilter(state, Array.from(filter).slice(0, -1).join(""));
    case "ctrl-u":
      return withFilter(state, "");
    case "ctrl-w":
      return withFilter(state, filter.replace(/\S*\s*$/u, ""));
    default:
      return text === "" ? state : withFilter(state, filter + escapeText(text));
  }
}

/** Another filter makes another list, which is read from its beginning. */
export function withFilter(state: UiState, filter: string): UiState {
  return { ...state, samples: { ...state.samples, filter, cursor: 0, scroll: 0 } };
}

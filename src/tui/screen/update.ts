import { bindingOf, type KeyPress } from "../model/key.ts";
import type { Scene } from "../model/scene.ts";
import { viewsOf, type UiState } from "../model/ui-state.ts";
import { compareKeys } from "./compare-keys.ts";
import { gateKeys } from "./gates.ts";
import { logKeys } from "./log.ts";
import { openView, type Update } from "./open-view.ts";
import { peopleKeys } from "./people.ts";
import { sampleKeys } from "./sample-keys.ts";
import { typeFilter } from "./type-filter.ts";

/** What a key does: the next state, and what else is to happen. Keys without a meaning change nothing. */
export function update(before: UiState, press: KeyPress, scene: Scene): Update {
  const state = before.message === null ? before : { ...before, message: null };
  if (press.name === "ctrl-c") return { state, effect: { kind: "interrupt" } };
  if (state.typing !== null) return { state: typeFilter(state, state.typing, press) };
  const key = bindingOf(press.name);
  if (state.help) return { state: ["esc", "?", "q", "enter"].includes(key) ? { ...state, help: false } : state };
  return globalKeys(state, key, scene) ?? viewKeys(state, key, scene) ?? { state };
}

function globalKeys(state: UiState, key: string, scene: Scene): Update | null {
  const views = viewsOf(scene.snapshot);
  const view = views[Number(key) - 1];
  if (view !== undefined) return openView(state, view, scene);
  switch (key) {
    case "q":
      return { state, effect: { kind: "quit" } };
    case "?":
      return { state: { ...state, help: true } };
    case "tab":
      return openView(state, next(views, state.view, 1), scene);
    case "shift-tab":
      return openView(state, next(views, state.view, -1), scene);
    case "/":
      return openView({ ...state, typing: { before: state.samples.filter } }, "samples", scene);
    case "r":
      return { state, effect: { kind: "compare", base: null } };
    default:
      return null;
  }
}

function next<T>(items: readonly T[], current: T, step: number): T {
  return items[(items.indexOf(current) + step + items.length) % items.length] ?? current;
}

function viewKeys(state: UiState, key: string, scene: Scene): Update | null {
  switch (state.view) {
    case "compare":
      return compareKeys(state, key, scene);
    case "samples":
      return sampleKeys(state, key, scene);
    case "log":
      return logKeys(state, key, scene);
    case "gates":
      return gateKeys(state, key, scene);
    case "people":
      return peopleKeys(state, key, scene);
    case "run":
      return runKeys(state, key, scene);
    default:
      return state.view satisfies never;
  }
}

function runKeys(state: UiState, key: string, scene: Scene): Update | null {
  if (key === "enter") return openView(state, "compare", scene);
  return key === "y" ? { state, effect: { kind: "copy", fragment: "" } } : null;
}

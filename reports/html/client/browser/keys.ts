import type { SelectionStore } from "../selection.ts";

export interface KeyTargets {
  readonly store: SelectionStore;
  readonly checkpoints: number;
  readonly move: (rows: number) => void;
  readonly nextDiff: () => void;
  readonly focusFilter: () => void;
  readonly focusList: () => void;
  readonly focusDetail: () => void;
  readonly openHelp: () => void;
  readonly keysAreOn: () => boolean;
}

/** Single keys that work anywhere on the page except where text is typed. */
export function bindKeys(targets: KeyTargets): void {
  const { store, checkpoints } = targets;
  const stepCheckpoint = (step: number): void => {
    store.set({ head: (store.get().head + step + checkpoints) % checkpoints });
  };
  const actions: Readonly<Record<string, () => void>> = {
    j: () => targets.move(1),
    k: () => targets.move(-1),
    h: () => stepCheckpoint(-1),
    l: () => stepCheckpoint(1),
    d: targets.nextDiff,
    "/": targets.focusFilter,
    "?": targets.openHelp,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === "Escape") return leave(target, targets);
    const isTyping = target.closest("input, select, textarea") !== null;
    if (event.key === "Enter") {
      if (target.closest(".list, body > :not(main)") !== null || target === document.body || isTyping)
        targets.focusDetail();
      return;
    }
    const action = actions[event.key];
    if (isTyping || action === undefined || !targets.keysAreOn()) return;
    event.preventDefault();
    action();
  });
}

/** Escape clears a filter that is being typed, and otherwise leads back to the list. */
function leave(target: Element, { store, focusList }: KeyTargets): void {
  if (target.matches("input[type=search]") && store.get().filter !== "") {
    store.set({ filter: "" });
    return;
  }
  if (target.closest("[data-browser]") !== null) focusList();
}

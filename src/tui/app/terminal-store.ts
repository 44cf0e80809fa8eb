import type { KeyPress } from "../model/key.ts";
import { sceneMaker, type Scene } from "../model/scene.ts";
import type { Session } from "../model/session.ts";
import { FIRST_STATE, type UiState } from "../model/ui-state.ts";
import type { Effect } from "../screen/open-view.ts";
import { update } from "../screen/update.ts";

/**
 * Drawing costs as much as the terminal has cells: a large one is told of news less often, a small one ten times a
 * second.
 */
const CELLS_A_MS = 45;
const NEWS_EVERY_MS = { least: 100, most: 500 };

interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** What the user looks at, outside React: keys that come faster than frames are not lost. */
export interface TerminalStore {
  readonly subscribe: (listener: () => void) => () => void;
  /** Another object whenever something changed. */
  readonly version: () => unknown;
  state(): UiState;
  scene(size: TerminalSize): Scene;
  press(presses: readonly KeyPress[], size: TerminalSize): void;
  say(message: string): void;
  /** Hears no more of the session. */
  close(): void;
}

export function terminalStore(
  session: Session,
  { effect, first = FIRST_STATE }: { readonly effect: (effect: Effect) => void; readonly first?: UiState },
): TerminalStore {
  let state = first;
  let version: unknown = {};
  const listeners = new Set<() => void>();
  const makeScene = sceneMaker(session);
  const changed = (): void => {
    version = {};
    for (const listener of listeners) listener();
  };
  let shown: TerminalSize = { columns: 80, rows: 24 };
  let lastNews = -Infinity;
  let waiting: NodeJS.Timeout | null = null;
  const stopListening = session.subscribe(() => {
    const gap = Math.max(NEWS_EVERY_MS.least, Math.min(NEWS_EVERY_MS.most, (shown.columns * shown.rows) / CELLS_A_MS));
    const wait = lastNews + gap - performance.now();
    waiting ??= setTimeout(
      () => {
        waiting = null;
        lastNews = performance.now();
        changed();
      },
      Math.max(0, wait),
    );
  });
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    version: () => version,
    state: () => state,
    scene(size) {
      shown = size;
      return makeScene(state, size);
    },
    press(presses, size) {
      const effects: Effect[] = [];
      for (const press of presses) {
        const made = update(state, press, makeScene(state, size));
        state = made.state;
        if (made.effect !== undefined) effects.push(made.effect);
      }
      changed();
      // After the frame: an effect may end the app.
      for (const each of effects) effect(each);
    },
    close() {
      stopListening();
      if (waiting !== null) clearTimeout(waiting);
    },
    say(message) {
      state = { ...state, message };
      changed();
    },
  };
}

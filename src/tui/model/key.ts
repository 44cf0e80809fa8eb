/** A key by its name: a character as it is typed, or a word such as "enter", "down", "ctrl-d". */
export type KeyName = string;

export interface KeyPress {
  readonly name: KeyName;
  /** What was typed or pasted, where the filter is being written; empty for keys that type nothing. */
  readonly text: string;
}

/** Keys that do the same as others. */
const ALIASES: Readonly<Record<string, KeyName>> = {
  up: "k",
  down: "j",
  left: "h",
  right: "l",
  home: "g",
  end: "G",
  " ": "pagedown",
  "ctrl-f": "pagedown",
  "ctrl-b": "pageup",
};

/** The key that a binding is written for. */
export function bindingOf(key: KeyName): KeyName {
  return ALIASES[key] ?? key;
}

/** A place in a list of `count` after a key that moves; null for any other key. */
export function movedPlace(
  key: KeyName,
  place: number,
  { count, page }: { readonly count: number; readonly page: number },
): number | null {
  const half = Math.max(1, Math.floor(page / 2));
  const moves: Readonly<Record<string, number>> = {
    j: place + 1,
    k: place - 1,
    g: 0,
    G: count - 1,
    pagedown: place + page,
    pageup: place - page,
    "ctrl-d": place + half,
    "ctrl-u": place - half,
  };
  const wanted = moves[key];
  return wanted === undefined ? null : Math.max(0, Math.min(count - 1, wanted));
}

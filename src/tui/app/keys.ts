import type { Key } from "ink";

import type { KeyPress } from "../model/key.ts";

const NAMED: readonly (readonly [keyof Key, string])[] = [
  ["upArrow", "up"],
  ["downArrow", "down"],
  ["leftArrow", "left"],
  ["rightArrow", "right"],
  ["pageUp", "pageup"],
  ["pageDown", "pagedown"],
  ["home", "home"],
  ["end", "end"],
  ["return", "enter"],
  ["escape", "esc"],
  ["backspace", "backspace"],
  ["delete", "delete"],
];

/** Control characters that stand in text which came in one piece, pasted or typed fast. */
const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\u0003": "ctrl-c",
  "\u0008": "backspace",
  "\u007f": "backspace",
};

/** What Ink read from the terminal as key presses, one a character. */
export function keyPresses(input: string, key: Key): readonly KeyPress[] {
  if (key.tab) return [{ name: key.shift ? "shift-tab" : "tab", text: "" }];
  const named = NAMED.find(([flag]) => key[flag] === true);
  if (named !== undefined) return [{ name: named[1], text: "" }];
  if (key.ctrl) return [{ name: `ctrl-${input}`, text: "" }];
  if (key.meta) return [];
  return Array.from(input, (character) => {
    const control = CONTROLS[character];
    return control === undefined ? { name: character, text: character } : { name: control, text: "" };
  });
}

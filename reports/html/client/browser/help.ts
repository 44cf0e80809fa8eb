import { FLAGS } from "../../../filter-query.ts";
import { button, el } from "../dom.ts";

const KEYS = [
  ["j, k", "next, previous sample"],
  ["h, l", "previous, next checkpoint to compare"],
  ["d", "change what differences are marked against"],
  ["/", "go to the filter"],
  ["Enter", "read the selected sample"],
  ["Esc", "back to the list; in the filter: clear it"],
  ["?", "this help"],
] as const;

const SYNTAX = [
  ["words", "in the id or the beginning of the prompt"],
  ['"exact words"', "the same, spaces included"],
  ["slice:field=value", "samples of one slice"],
  ["id:name", "one sample"],
  ["score<50, score>=50", "score of the compared checkpoint"],
  ["delta<-10", "its change from the base"],
  ["ckpt:name, base:name, metric:name", "what is compared, by name or step"],
  ["-condition", "the opposite"],
] as const;

export interface Help {
  readonly element: HTMLDialogElement;
  readonly open: () => void;
  /** Whether single keys act: people who speak to their computer may want them off. */
  readonly keysAreOn: () => boolean;
}

export function help(): Help {
  const keys = el("input", { type: "checkbox" });
  keys.checked = true;
  const element = el(
    "dialog",
    { class: "help", "aria-label": "Help" },
    el("h3", {}, "Filter"),
    el("p", {}, "Conditions separated by spaces; all must hold."),
    list(SYNTAX),
    el("h3", {}, "Words of the filter"),
    list(Object.entries(FLAGS)),
    el("h3", {}, "Keys"),
    list(KEYS),
    el("label", { class: "field" }, keys, el("span", {}, "single keys act")),
    button("Close", () => element.close(), { class: "chip" }),
  );
  return { element, open: () => element.showModal(), keysAreOn: () => keys.checked };
}

function list(entries: readonly (readonly [string, string])[]): HTMLElement {
  return el(
    "dl",
    {},
    ...entries.map(([term, meaning]) => el("div", {}, el("dt", {}, el("code", {}, term)), el("dd", {}, meaning))),
  );
}

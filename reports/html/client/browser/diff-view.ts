import { wordDiff } from "../../../word-diff.ts";
import { el } from "../dom.ts";

/** A text with what it has and lacks against another marked: underlined, struck through, and named for screen readers. */
export function diffView(before: string, after: string): HTMLElement {
  const parts = wordDiff(before, after).map(({ kind, text }) => {
    if (kind === "same") return el("span", {}, text);
    return kind === "added" ? el("ins", {}, text) : el("del", {}, text);
  });
  return el("div", { class: "text" }, ...parts);
}

export function plainView(text: string): HTMLElement {
  return text === "" ? el("div", { class: "text nothing" }, "(empty)") : el("div", { class: "text" }, text);
}

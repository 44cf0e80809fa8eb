import { escapeText } from "../../escape-text.ts";

type Child = Node | string | number | null;

/** An element with attributes and children. Strings become text nodes and nothing else, controls made visible. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean | null>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child !== null) element.append(asNode(child));
  return element;
}

function asNode(child: Exclude<Child, null>): Node {
  return child instanceof Node ? child : textNode(String(child));
}

/** Text from data: shown exactly, never acting on the page. */
function textNode(text: string): Text {
  return document.createTextNode(escapeText(text, { multiline: true }));
}

/** Replaces the text of an element only where it differs: most rows of a scrolled list keep theirs. */
export function setText(element: Element, text: string): void {
  const safe = escapeText(text, { multiline: true });
  if (element.textContent !== safe) element.textContent = safe;
}

export function button(
  label: string,
  onPress: () => void,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLButtonElement {
  const element = el("button", { type: "button", ...attributes }, ...(label === "" ? [] : [label]), ...children);
  element.addEventListener("click", onPress);
  return element;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A labelled select. */
export function choice(
  label: string,
  choices: readonly Choice[],
  onChange: (value: string) => void,
): { readonly element: HTMLElement; readonly select: HTMLSelectElement } {
  const select = el("select", {}, ...choices.map(({ value, label: text }) => el("option", { value }, text)));
  select.addEventListener("change", () => onChange(select.value));
  return { element: el("label", { class: "field" }, el("span", {}, label), select), select };
}

import { escapeText } from "../escape-text.ts";

declare const brand: unique symbol;

/** Markup that is safe to put in a page: made by `html` alone. */
export interface Html {
  readonly [brand]: true;
  readonly markup: string;
}

/** What may stand in a template: text is escaped, markup is not, lists are joined, null and false are nothing. */
export type Content = Html | string | number | null | false | readonly Content[];

/** Markup from a template. Every interpolated string is text, in elements and in quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  let markup = strings[0] ?? "";
  for (const [index, value] of values.entries()) markup += render(value) + (strings[index + 1] ?? "");
  return { markup } as Html;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function render(value: Content): string {
  if (value === null || value === false) return "";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return escapeMarkup(value);
  if ("markup" in value) return value.markup;
  return value.map(render).join("");
}

function escapeMarkup(text: string): string {
  return escapeText(text, { multiline: true }).replaceAll(/[&<>"']/gu, (character) => ENTITIES[character] ?? "");
}

/** JSON that can stand in a script element: no "<" is left that could end it. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

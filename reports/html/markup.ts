import { escapeText } from "../escape-text.ts";

declare const brand: unique symbol;

/** Markup that is safe to put in a page: made by `markup` alone. */
export interface Html {
  readonly [brand]: true;
  readonly source: string;
}

/** What may stand in a template: text is escaped, markup is not, lists are joined, null and false are nothing. */
export type Content = Html | string | number | null | false | readonly Content[];

/** Markup from a template. Every interpolated string is text, in elements and in quoted attributes alike. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  let source = strings[0] ?? "";
  for (const [index, value] of values.entries()) source += render(value) + (strings[index + 1] ?? "");
  return { source } as Html;
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
  if ("source" in value) return value.source;
  return value.map(render).join("");
}

function escapeMarkup(text: string): string {
  return escapeText(text, { multiline: true }).replaceAll(/[&<>"']/gu, (character) => ENTITIES[character] ?? "");
}

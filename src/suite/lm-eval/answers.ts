import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";
import { compilePrompt } from "../prompt.ts";

/** What the columns of a task's rows are. */
export interface RowsAbout {
  readonly file: string;
  /** The first row. */
  readonly first: JsonObject;
}

/** A column's name, or a template: in the harness a text that is a column's name means its value. */
export function templateOf(value: JsonValue | undefined, key: string, { file, first }: RowsAbout): string {
  if (typeof value !== "string") {
    throw new EvalhError("E_USAGE", `\`${key}\` must be a template or a column`, { place: { file } });
  }
  return Object.hasOwn(first, value) ? `{{ ${value} }}` : value;
}

/** The options of a multiple-choice task: as a list that all rows share, or as an expression over a row. */
export function choicesOf(
  value: JsonValue | undefined,
  about: RowsAbout,
): { readonly list: readonly string[] | null; readonly expression: string } {
  const listed = isJsonObject(value) ? Object.values(value) : value;
  if (Array.isArray(listed)) return constant((listed as readonly JsonValue[]).map(String));
  const text = templateOf(listed, "doc_to_choice", about);
  if (!text.includes("{{")) return constant(pythonList(text, about.file));
  return { list: null, expression: innerOf(text, "doc_to_choice", about.file) };
}

function constant(list: readonly string[]): ReturnType<typeof choicesOf> {
  return { list, expression: JSON.stringify(list) };
}

/**
 * The template of a multiple-choice task's right answer as text. The harness takes a number, or digits that a template
 * gives, for the place of a choice, and other text for a choice itself; the first row tells which.
 */
export function rightChoice(value: JsonValue | undefined, choices: string, about: RowsAbout): string {
  if (typeof value === "number") return `{{ ${choices}[${value}] }}`;
  const text = templateOf(value, "doc_to_target", about);
  const isBare = typeof value === "string" && text !== value;
  const target = isBare ? about.first[value] : compilePrompt(text, about).render(about.first);
  const isPlace = typeof target === "number" || (typeof target === "string" && !isBare && /^\d+$/u.test(target));
  if (!isPlace) return text;
  if (!text.includes("{{")) return `{{ ${choices}[${text}] }}`;
  return `{{ ${choices}[(${innerOf(text, "doc_to_target", about.file)}) | int] }}`;
}

/** The expression of a template that is nothing else. */
function innerOf(template: string, key: string, file: string): string {
  const inner = /^\s*\{\{-?([^]*?)-?\}\}\s*$/u.exec(template)?.[1];
  if (inner !== undefined && !inner.includes("}}") && !inner.includes("{{")) return inner.trim();
  throw new EvalhError("E_USAGE", `\`${key}\` must be a single {{ expression }}`, {
    place: { file },
    hint: "the harness would read a Python list out of text here",
  });
}

/** ['a', "b"] as Python writes lists of texts. */
function pythonList(text: string, file: string): readonly string[] {
  const items = [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/gu)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
  const isList = /^\s*[[(]\s*(?:(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*,?\s*)+[\])]\s*$/u.test(text);
  if (isList && !text.includes("\\")) return items;
  throw new EvalhError("E_USAGE", "`doc_to_choice` is no list of texts", { place: { file } });
}

import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";

/** The object at a member, or an empty one. */
export function objectAt(value: JsonValue | undefined, name: string): JsonObject {
  const inner = isJsonObject(value) ? value[name] : undefined;
  return isJsonObject(inner) ? inner : {};
}

/** The list at a member, or an empty one. */
export function listAt(value: JsonValue | undefined, name: string): readonly JsonValue[] {
  const inner = isJsonObject(value) ? value[name] : undefined;
  return Array.isArray(inner) ? inner : [];
}

/** Text or a number as text; null for anything else. */
export function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : null;
}

/** Members that an answer has only where they are known. */
export function details(known: {
  readonly note?: JsonValue | undefined;
  readonly seconds?: JsonValue | undefined;
  readonly at?: JsonValue | undefined;
}): { note?: string; seconds?: number; at?: string } {
  const { note, seconds, at } = known;
  return {
    ...(typeof note === "string" && note !== "" ? { note } : {}),
    ...(typeof seconds === "number" && Number.isFinite(seconds) ? { seconds } : {}),
    ...(typeof at === "string" ? { at } : {}),
  };
}

/** The JSON objects of the lines of a text, with their numbers. */
export function jsonLines(text: string): { readonly value: JsonValue; readonly line: number }[] {
  return text
    .split("\n")
    .flatMap((line, index) => (line.trim() === "" ? [] : [{ value: JSON.parse(line) as JsonValue, line: index + 1 }]));
}

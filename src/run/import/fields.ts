import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";

/*
 * Reading documents of other programs: a member that is not what it should be is as good as missing.
 */

export function objectAt(value: unknown, ...path: readonly string[]): JsonObject {
  let found: unknown = value;
  for (const key of path) found = isJsonObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return isJsonObject(found) ? found : {};
}

export function listAt(value: unknown, key: string): readonly JsonValue[] {
  const found = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return Array.isArray(found) ? (found as readonly JsonValue[]) : [];
}

export function textAt(value: unknown, key: string): string | null {
  const found = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof found === "string" ? found : null;
}

export function numberAt(value: unknown, key: string): number | null {
  const found = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** Any value as text: strings as they are, everything else as JSON. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

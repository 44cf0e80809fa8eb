import type { JsonObject } from "../core/json.ts";

/** The value of samples that have none in the column. */
const NONE = "(none)";

/** Name of the slice that a sample belongs to: its value in the column as text, "(none)" for null and missing. */
export function sliceOf(columns: JsonObject, field: string): string {
  const value = Object.hasOwn(columns, field) ? columns[field] : null;
  if (value === null || value === undefined) return NONE;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

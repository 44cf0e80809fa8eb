import type { JsonObject, JsonValue } from "../core/json.ts";

/**
 * A row of a binary format as JSON: integers beyond ±2^53 text with their digits, dates ISO 8601, NaN null (as pandas
 * writes missing values), infinities text, bytes base64.
 */
export function toColumns(row: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toJson(value)]));
}

export function toJson(value: unknown): JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : Number.isNaN(value) ? null : String(value);
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "object":
      return value === null ? null : objectToJson(value);
    default:
      return null;
  }
}

function objectToJson(value: object): JsonValue {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return Array.from(value as ArrayLike<unknown>, toJson);
  if (value instanceof Map) return toColumns(Object.fromEntries(value as Map<string, unknown>));
  return toColumns(value as Readonly<Record<string, unknown>>);
}

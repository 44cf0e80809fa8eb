import type { Place } from "../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.ts";
import { messageOf } from "../core/errors.ts";
import { datasetError } from "./reader.ts";

/** Deeper values would exhaust the stack of whoever walks them. */
const MAX_DEPTH = 256;

/** Digits or exponents that a 64-bit float may be unable to hold. */
const RISKY_NUMBER = /\d{16}|[eE]\+?\d{3}/;

type ReviverWithSource = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

/**
 * Parses one row. Integers beyond ±2^53 and numbers beyond the range of a float become text with exactly their digits;
 * lone surrogates in escapes are kept.
 * @throws EvalhError E_DATASET for anything but a JSON object
 */
export function parseRow(text: string, place: Place): JsonObject {
  let value: unknown;
  try {
    value = RISKY_NUMBER.test(text) ? parseExactly(text) : JSON.parse(text);
  } catch (error) {
    throw syntaxError(text, place, messageOf(error));
  }
  if (!isJsonObject(value)) {
    const hint = Array.isArray(value) ? "a file that is one JSON array needs `format: json`" : undefined;
    throw datasetError("a row must be a JSON object", place, hint);
  }
  if (text.length > 2 * MAX_DEPTH && !isShallow(value, MAX_DEPTH)) {
    throw datasetError(`a row is nested more than ${MAX_DEPTH} levels deep`, place);
  }
  return value;
}

function parseExactly(text: string): unknown {
  const revive: ReviverWithSource = (_, value, { source }) =>
    typeof value === "number" && source !== undefined && isLossy(value, source) ? source : value;
  return JSON.parse(text, revive as (key: string, value: unknown) => unknown);
}

function isLossy(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return true;
  return !Number.isSafeInteger(value) && /^-?\d+$/.test(source);
}

function isShallow(value: JsonValue, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

function syntaxError(text: string, place: Place, message: string): Error {
  const reason = message.replace(/ \(line \d+ column \d+\)$/, "").replace(/ in JSON(?= at position)|, "[^]*$/, "");
  const position = /at position (\d+)/.exec(message)?.[1];
  const at = position === undefined ? place : { ...place, column: Number(position) + 1 };
  const what = reason.replace(/ at position \d+$/, "");
  return datasetError(`a row is not JSON: ${what.charAt(0).toLowerCase()}${what.slice(1)}`, at, syntaxHint(text));
}

function syntaxHint(text: string): string | undefined {
  if (text.includes("\0")) return "it holds NUL bytes: the file is damaged or not UTF-8";
  if (/[:[,]\s*-?(?:NaN|Infinity)\b/.test(text)) return "JSON has no NaN and no Infinity: write null";
  if (/[{,]\s*'/.test(text)) return "JSON takes double quotes only";
  if (/[:[,]\s*(?:None|True|False)\b/.test(text)) return "JSON writes null, true and false";
  return undefined;
}

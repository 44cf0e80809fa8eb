import { InvalidArgumentError } from "commander";

import { didYouMean } from "../../core/near-name.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { Extent, ServiceLevel } from "../../load/load-plan.ts";
import type { TokenRange } from "../../load/prompts.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };

/** "200ms", "1.5s", "2min" as milliseconds. */
export function parseDuration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|min)$/.exec(text.trim()) ?? [];
  if (number === undefined || unit === undefined) {
    throw new InvalidArgumentError("a duration is needed, for example 200ms or 30s");
  }
  return Number(number) * (UNITS[unit] ?? 1);
}

/** A duration, or a bare number of requests. */
export function parseExtent(text: string): Extent {
  return /^\d+$/.test(text.trim()) ? { requests: Number(text) } : { ms: parseDuration(text) };
}

/** "1,2,4" as positive numbers, ascending. */
export function parseRates(text: string): readonly number[] {
  const values = text.split(",").map(Number);
  if (values.some((value) => !(value > 0 && Number.isFinite(value)))) {
    throw new InvalidArgumentError("positive numbers are needed, for example 2,4,8");
  }
  return values.toSorted((a, b) => a - b);
}

/** The same, whole numbers only. */
export function parseCounts(text: string): readonly number[] {
  const values = parseRates(text);
  if (!values.every(Number.isInteger)) throw new InvalidArgumentError("whole numbers are needed, for example 1,4,16");
  return values;
}

/** "256" or "128-512". */
export function parseTokens(text: string): TokenRange {
  const [, lo, hi] = /^(\d+)(?:-(\d+))?$/.exec(text.trim()) ?? [];
  const range = { lo: Number(lo), hi: Number(hi ?? lo) };
  if (lo === undefined || range.lo < 1 || range.hi < range.lo) {
    throw new InvalidArgumentError("a number of tokens is needed, for example 256 or 128-512");
  }
  return range;
}

const LEVELS = ["ttft", "itl", "tpot", "e2e"] as const;

/** "ttft=200ms,itl=50ms". */
export function parseServiceLevel(text: string): ServiceLevel {
  const level: Record<string, number> = {};
  for (const part of text.split(",")) {
    const [name = "", limit = ""] = part.split("=").map((side) => side.trim());
    if (!LEVELS.some((known) => known === name)) {
      const near = didYouMean(name, LEVELS);
      throw new InvalidArgumentError(
        `"${name}" is none of ${LEVELS.join(", ")}${near === undefined ? "" : `; ${near}`}`,
      );
    }
    level[name] = parseDuration(limit);
  }
  const of = (name: (typeof LEVELS)[number]): number | null => level[name] ?? null;
  return { ttft: of("ttft"), itl: of("itl"), tpot: of("tpot"), e2e: of("e2e") };
}

/** A JSON object, for further fields of every request. */
export function parseFields(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError(`a JSON object is needed, for example '{"top_p": 0.9}'`);
}

export function parsePositive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("a whole number from 1 is needed");
  return value;
}

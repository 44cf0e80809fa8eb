import { InvalidArgumentError } from "commander";

import { CACHE_FOLDER, CACHE_LIMIT } from "../run/cache/cache-folder.ts";
import type { ExecuteResult } from "../run/execute.ts";
import type { CacheOptions } from "../run/cache/unit-answers.ts";

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Flags of commands that ask models. */
export interface CacheFlags {
  /** False with --no-cache. */
  readonly cache: boolean;
  readonly cacheServed?: true;
  readonly cacheLimit?: number;
}

/** What the flags ask for; null for no cache. */
export function cacheOf({ cache, cacheServed, cacheLimit }: CacheFlags): Omit<CacheOptions, "evalh"> | null {
  return cache ? { root: CACHE_FOLDER, limit: cacheLimit ?? CACHE_LIMIT, keepsServed: cacheServed === true } : null;
}

/** "500MB" or "2 GB" as bytes. */
export function parseBytes(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?b)?$/i.exec(text.trim()) ?? [];
  if (number === undefined) throw new InvalidArgumentError("a size is needed, for example 500MB or 2GB");
  return Number(number) * (UNITS[unit?.toUpperCase() ?? "B"] ?? 1);
}

/** Bytes as people read them. */
export function formatBytes(bytes: number): string {
  const [unit, size] = Object.entries(UNITS).findLast(([, size]) => bytes >= size) ?? ["B", 1];
  return `${(bytes / size).toFixed(unit === "B" ? 0 : 1)} ${unit}`;
}

/** How much the cache saved, as a line; null where it saved nothing. */
export function cacheLine(count: ExecuteResult["cache"]): string | null {
  if (count === null || count.known === 0) return null;
  const share = ((100 * count.known) / count.answers).toFixed(1);
  const of = `${count.known.toLocaleString("en")} of ${count.answers.toLocaleString("en")}`;
  return `cache: ${of} answers were known (${share} %); --no-cache asks everything again`;
}

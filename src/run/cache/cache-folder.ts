import { readFile, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { hasErrno } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { readLines, storeError } from "../store/line-file.ts";
import { SCOPE_FILE } from "./answer-store.ts";

/** Where answers are kept across runs, below the working folder. */
export const CACHE_FOLDER = join(".evalh", "cache");
/** Bytes that the cache may have when a run ends. */
export const CACHE_LIMIT = 1e9;

const SCOPE_NAME = /^[0-9a-f]{64}$/;

/** One scope's folder. */
export interface CachedScope {
  readonly folder: string;
  readonly checkpoint: string;
  readonly task: string;
  readonly backend: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedMs: number;
  /** Files of answers, absolute. */
  readonly files: readonly string[];
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return [];
    throw storeError("read", folder, error);
  }
}

async function describe(folder: string): Promise<Pick<CachedScope, "checkpoint" | "task" | "backend">> {
  const text = await readFile(join(folder, SCOPE_FILE), "utf8").catch(() => "{}");
  let about: unknown;
  try {
    about = JSON.parse(text);
  } catch {
    about = {};
  }
  const read = (name: string): string => (isJsonObject(about) && typeof about[name] === "string" ? about[name] : "?");
  return { checkpoint: read("checkpoint"), task: read("task"), backend: read("backend") };
}

async function inspectScope(folder: string): Promise<CachedScope> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith(".jsonl"));
  const files = names.map((name) => join(folder, name));
  const sizes = await Promise.all(files.map(async (file) => (await stat(file).catch(() => null))?.size ?? 0));
  const used = await stat(join(folder, SCOPE_FILE)).catch(() => stat(folder).catch(() => null));
  return {
    folder,
    ...(await describe(folder)),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    usedMs: used?.mtimeMs ?? 0,
    files,
  };
}

/** What the cache holds, the scope used last first. Other files in the folder are not the cache's. */
export async function listScopes(root: string): Promise<CachedScope[]> {
  const names = (await namesIn(root)).filter((name) => SCOPE_NAME.test(name));
  const scopes: CachedScope[] = [];
  for (const name of names) scopes.push(await inspectScope(join(root, name)));
  return scopes.toSorted((a, b) => b.usedMs - a.usedMs);
}

/** Answers in a scope; those computed together count singly. */
export async function countAnswers({ files }: CachedScope): Promise<number> {
  let count = 0;
  for (const file of files) {
    for await (const { record } of readLines(file)) {
      if (isJsonObject(record) && Array.isArray(record["answers"])) count += record["answers"].length;
    }
  }
  return count;
}

/**
 * Removes the scopes used longest ago until the rest fits.
 * @param limit bytes; 0 removes everything
 * @returns bytes removed
 */
export async function pruneCache(root: string, limit: number): Promise<number> {
  let kept = 0;
  let removed = 0;
  for (const { folder, bytes } of await listScopes(root)) {
    kept += bytes;
    if (limit > 0 && kept <= limit) continue;
    kept -= bytes;
    removed += bytes;
    await rm(folder, { recursive: true, force: true });
  }
  return removed;
}

import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, utimes, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

import type { Completion } from "../../core/completion.ts";
import { hasErrno, messageOf } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { decodeLine, encodeLine } from "../store/checked-line.ts";
import { readLines } from "../store/line-file.ts";
import { createPlaceIndex, type Place, type PlaceIndex } from "./place-index.ts";
import type { Scope } from "./scope.ts";

/** Describes a scope's folder; its time of change is when the scope was last used. */
export const SCOPE_FILE = "scope.json";
/** Answers that come within this time go out in one write. */
const GATHER_MS = 50;
const READ_BYTES = 1 << 13;
/** More files than this are not looked at; a scope has one for every run that had something new to ask. */
const MOST_FILES = 1_000;

/** Answers of one scope on disk. Nothing here fails a run: what cannot be read is asked, what cannot be kept is not. */
export interface AnswerStore extends AsyncDisposable {
  get(key: string): Promise<readonly Completion[] | null>;
  put(key: string, answers: readonly Completion[]): void;
}

interface AnswerRecord {
  readonly key: string;
  readonly answers: readonly Completion[];
}

function isAnswerRecord(record: unknown): record is AnswerRecord {
  return isJsonObject(record) && typeof record["key"] === "string" && Array.isArray(record["answers"]);
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith(".jsonl"))
      .toSorted()
      .slice(-MOST_FILES)
      .map((name) => join(folder, name));
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return [];
    throw error;
  }
}

/** Reads the line that begins at an offset. */
async function readLineAt(file: FileHandle, offset: number): Promise<Buffer | null> {
  for (let size = READ_BYTES; ; size *= 4) {
    const buffer = Buffer.allocUnsafe(size);
    const { bytesRead } = await file.read(buffer, 0, size, offset);
    const end = buffer.subarray(0, bytesRead).indexOf(0x0a);
    if (end >= 0) return buffer.subarray(0, end);
    if (bytesRead < size) return null;
  }
}

/** Files that are opened when they are first read. */
function openFiles(paths: readonly string[]) {
  const handles = new Map<number, Promise<FileHandle>>();
  return {
    async read({ file, offset }: Place): Promise<unknown> {
      const handle = handles.get(file) ?? open(paths[file] ?? "", "r");
      handles.set(file, handle);
      const line = await readLineAt(await handle, offset);
      return line === null ? undefined : decodeLine(line);
    },
    async close(): Promise<void> {
      for (const handle of handles.values()) await (await handle.catch(() => null))?.close();
    },
  };
}

/** Appends to a file that this process alone writes. */
function appender(folder: string, path: string, scope: Scope) {
  let queued = "";
  let end = 0;
  let flushing: Promise<void> | null = null;
  const waiting = new Map<string, readonly Completion[]>();
  let file: FileHandle | null = null;
  const openFile = async (): Promise<FileHandle> => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, SCOPE_FILE), `${JSON.stringify({ format: "evalh-cache/1", ...scope.about })}\n`);
    return open(path, "ax");
  };
  const flush = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    while (queued !== "") {
      const [text, keys] = [queued, [...waiting.keys()]];
      queued = "";
      file ??= await openFile();
      await file.appendFile(text);
      for (const key of keys) waiting.delete(key);
    }
    flushing = null;
  };
  return {
    /** What is not in the file yet. */
    waiting,
    bytes: () => end,
    /** @returns where the record will lie */
    add(record: AnswerRecord, onError: (error: unknown) => void): number {
      const offset = end;
      const line = encodeLine(record);
      queued += line;
      end += Buffer.byteLength(line);
      waiting.set(record.key, record.answers);
      flushing ??= flush();
      flushing.catch(onError);
      return offset;
    },
    async close(): Promise<void> {
      await flushing?.catch(() => undefined);
      await file?.close();
    },
  };
}

async function indexOf(files: readonly string[]): Promise<PlaceIndex> {
  const index = createPlaceIndex();
  for (const [file, path] of files.entries()) {
    // Torn and damaged lines are left where they are: another process may be writing the file.
    for await (const { record, offset } of readLines(path)) {
      if (isAnswerRecord(record)) index.set(record.key, { file, offset });
    }
  }
  return index;
}

/** What a store may do. */
export interface StoreOptions {
  /** Bytes that this process may add; a run must not fill a disk before the cache is tidied up at its end. */
  readonly most: number;
  /** Told once when answers can no longer be kept. */
  readonly onProblem: (message: string) => void;
}

/**
 * Opens a scope's folder. Every process appends to a file of its own, so that runs may share a cache, on a network's
 * disk too; memory holds places only.
 */
export async function openAnswerStore(
  root: string,
  scope: Scope,
  { most, onProblem }: StoreOptions,
): Promise<AnswerStore> {
  const folder = join(root, scope.digest);
  const paths = await listFiles(folder).catch(() => []);
  const index = await indexOf(paths).catch(() => createPlaceIndex());
  const own = join(folder, `${Date.now().toString(36)}-${randomBytes(4).toString("hex")}.jsonl`);
  const files = openFiles([...paths, own]);
  const added = appender(folder, own, scope);
  let isBroken = false;
  let isUsed = false;
  const fail = (error: unknown): void => {
    if (!isBroken) onProblem(`answers are no longer kept in ${root}: ${messageOf(error)}`);
    isBroken = true;
  };
  return {
    async get(key) {
      const waiting = added.waiting.get(key);
      const place = index.get(key);
      if (waiting !== undefined || place === null) return waiting ?? null;
      const record = await files.read(place).catch(() => undefined);
      if (!isAnswerRecord(record) || record.key !== key) return null;
      isUsed = true;
      return record.answers;
    },
    put(key, answers) {
      if (isBroken) return;
      if (added.bytes() >= most) {
        fail(new Error("its limit is reached"));
        return;
      }
      index.set(key, { file: paths.length, offset: added.add({ key, answers }, fail) });
      isUsed = true;
    },
    async [Symbol.asyncDispose]() {
      await added.close();
      await files.close();
      const now = new Date();
      if (isUsed) await utimes(join(folder, SCOPE_FILE), now, now).catch(() => undefined);
    },
  };
}

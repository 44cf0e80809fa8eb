import { mkdir, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { EvalhError, hasErrno } from "../core/errors.ts";
import { isJsonObject, type JsonValue } from "../core/json.ts";
import { encodeLine } from "../run/store/checked-line.ts";
import { readLines, storeError } from "../run/store/line-file.ts";
import type { HumanAnswer, HumanKey, HumanSheet } from "./sheet.ts";

/** Paths of a sheet's files, below the run's folder. */
export const humanFiles = {
  folder: (run: string): string => join(run, "human"),
  sheet: (run: string, id: string): string => join(run, "human", `${id}.sheet.json`),
  key: (run: string, id: string): string => join(run, "human", `${id}.key.json`),
  answers: (run: string, id: string): string => join(run, "human", `${id}.answers.jsonl`),
  queue: (run: string): string => join(run, "human", "queue.jsonl"),
  labelStudio: (run: string, id: string): string => join(run, "human", `${id}.label-studio.json`),
};

/** Stores a new sheet. Its key can be read by its owner only. */
export async function saveSheet(run: string, sheet: HumanSheet, key: HumanKey): Promise<void> {
  await mkdir(humanFiles.folder(run), { recursive: true });
  await writeNew(humanFiles.key(run, key.id), `${JSON.stringify(key, null, 2)}\n`, 0o600);
  await writeNew(humanFiles.sheet(run, sheet.id), `${JSON.stringify(sheet, null, 2)}\n`, 0o644);
}

/**
 * Writes a file that is not there yet.
 * @throws EvalhError E_USAGE if it is
 */
export async function writeNew(path: string, text: string, mode = 0o644): Promise<void> {
  try {
    await using file = await open(path, "wx", mode);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    if (!hasErrno(error, "EEXIST")) throw storeError("write", path, error);
    const place = { file: path };
    throw new EvalhError("E_USAGE", `${path} exists already`, {
      place,
      hint: "name another file; nothing is overwritten",
    });
  }
}

/** A sheet with its key. */
export interface StoredSheet {
  readonly sheet: HumanSheet;
  readonly key: HumanKey;
}

/**
 * Reads a run's sheet: the one with the id, the only one otherwise.
 * @throws EvalhError E_USAGE if there is none, or several and no id; E_STORE if its files are damaged
 */
export async function loadSheet(run: string, wanted?: string): Promise<StoredSheet> {
  const ids = await sheetIds(run);
  const id = wanted ?? (ids.length === 1 ? ids[0] : undefined);
  if (id === undefined || !ids.includes(id)) {
    const hint =
      ids.length === 0 ? "make one with `evalh human export`" : `it has ${ids.join(", ")}; name one with --sheet`;
    const message = wanted === undefined ? `the run has ${ids.length} sheets` : `the run has no sheet "${wanted}"`;
    throw new EvalhError("E_USAGE", message, { place: { file: humanFiles.folder(run) }, hint });
  }
  const sheet = (await readJson(humanFiles.sheet(run, id), "evalh-human/1")) as HumanSheet;
  return { sheet, key: await loadKey(run, id) };
}

async function sheetIds(run: string): Promise<string[]> {
  const names = await readdir(humanFiles.folder(run)).catch(() => []);
  const ids = names.filter((name) => name.endsWith(".key.json")).map((name) => name.slice(0, -".key.json".length));
  return ids.toSorted((a, b) => (a < b ? -1 : 1));
}

async function loadKey(run: string, id: string): Promise<HumanKey> {
  return (await readJson(humanFiles.key(run, id), "evalh-human-key/1")) as HumanKey;
}

async function readJson(path: string, format: string): Promise<object> {
  try {
    const value = JSON.parse(await readFile(path, "utf8")) as JsonValue;
    if (isJsonObject(value) && value["format"] === format) return value;
  } catch (error) {
    throw storeError("read", path, error);
  }
  throw new EvalhError("E_STORE", `${path} is not of the format ${format}`, { place: { file: path } });
}

/** The keys of all sheets of a run, the oldest first. */
export async function loadKeys(run: string): Promise<HumanKey[]> {
  const keys: HumanKey[] = [];
  for (const id of await sheetIds(run)) keys.push(await loadKey(run, id));
  return keys.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}

/** A sheet's key with what people answered. */
export interface JudgedSheet {
  readonly key: HumanKey;
  readonly answers: readonly StoredAnswer[];
}

/** A stored answer, with the file it came from. */
export interface StoredAnswer extends HumanAnswer {
  /** sha256 of the imported file, or "rate". */
  readonly source: string;
}

/** The answers of a sheet, each line checked; of an item and rater the last one counts. */
export async function loadAnswers(run: string, id: string): Promise<StoredAnswer[]> {
  const answers = new Map<string, StoredAnswer>();
  for await (const { record } of readLines(humanFiles.answers(run, id))) {
    if (!isJsonObject(record) || typeof record["item"] !== "string") continue;
    const answer = record as unknown as StoredAnswer;
    answers.set(`${answer.rater}\n${answer.item}`, answer);
  }
  return [...answers.values()];
}

/** Appends answers to a sheet's; see `appendRecords`. */
export async function appendAnswers(run: string, id: string, answers: readonly StoredAnswer[]): Promise<void> {
  await appendRecords(humanFiles.answers(run, id), answers);
}

/**
 * Appends records, a checked line each, and waits until they are on the disk. A line that an earlier process was killed
 * in the middle of is closed first, so that it damages no other.
 */
export async function appendRecords(path: string, records: readonly object[]): Promise<void> {
  try {
    await using file = await open(path, "a+");
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const lead = size > 0 && last[0] !== 0x0a ? "\n" : "";
    await file.appendFile(lead + records.map((record) => encodeLine(record)).join(""));
    await file.sync();
  } catch (error) {
    throw storeError("write", path, error);
  }
}

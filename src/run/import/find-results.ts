import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";

import { EvalhError, messageOf } from "../../core/errors.ts";
import { parseLooseJson } from "../../training/loose-json.ts";
import { resultReaders, type ResultFormat } from "./index.ts";
import type { Imported, ReadOptions, ReferenceFile, ResultFile, ResultReader } from "./imported.ts";

/** A document larger than this cannot be held as one string. */
const MOST_BYTES = 1 << 28;
/** lm_eval keeps a model's results in a folder of its own below the one that was named. */
const DEPTH = 2;
// What W&B keeps below a training's output folder is the same training once more: named, it is read.
/** What lies beside a checkpoint's weights: large, many, and no results. */
const MODEL_FILE = /^(?:.*config|tokenizer|vocab|special_tokens_map|added_tokens|.*\.index|.*\.safetensors)\.json$/;

/**
 * Everything that other programs left at some paths, files or folders.
 * @throws EvalhError E_DATASET if nothing is found or a named file is not understood
 */
export async function readResults(
  paths: readonly string[],
  from: ResultFormat | null,
  references: ReferenceFile | null = null,
): Promise<{ format: ResultFormat; results: Imported[] }[]> {
  const readers = await Promise.all(
    Object.entries(resultReaders)
      .filter(([format]) => from === null || format === from)
      .map(async ([format, load]) => ({ format: format as ResultFormat, reader: await load() })),
  );
  const options: ReadOptions = { references, seen: new Set(), answered: new Set() };
  const found: { format: ResultFormat; results: Imported[] }[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => null);
    if (info === null) throw new EvalhError("E_DATASET", `there is no file or folder ${path}`);
    const files = info.isDirectory() ? await candidates(resolve(path), DEPTH) : [resolve(path)];
    let recognised = 0;
    for (const file of files) {
      const opened = await openResult(file, { isNamed: !info.isDirectory() });
      const match = opened === null ? undefined : readers.find(({ reader }) => recognises(reader, opened));
      if (opened === null || match === undefined) continue;
      recognised++;
      const results = await match.reader.read(opened, options);
      if (results.length > 0) found.push({ format: match.format, results });
    }
    if (recognised === 0 || (found.length === 0 && path === paths.at(-1))) throw nothingIn(path, readers);
  }
  if (references !== null && options.answered.size === 0) {
    throw new EvalhError("E_USAGE", "--references goes with predictions of a HF Trainer, and none were found", {
      hint: "they are generated_predictions.txt, predict_results_<task>.txt or predict_predictions.json in its output folder",
    });
  }
  return found;
}

function nothingIn(path: string, readers: readonly { readonly reader: ResultReader }[]): EvalhError {
  return new EvalhError("E_DATASET", `no results were recognised in ${path}`, {
    hint: `known are ${readers.map(({ reader }) => reader.name).join(", ")}`,
  });
}

function recognises(reader: ResultReader, file: ResultFile): boolean {
  return reader.recognises(file);
}

async function candidates(folder: string, depth: number): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter(
    (entry) => entry.isFile() && /\.(?:json|eval|csv|wandb)$/.test(entry.name) && !MODEL_FILE.test(entry.name),
  );
  const below = depth === 0 ? [] : entries.filter((entry) => entry.isDirectory() && entry.name !== "wandb");
  return [
    ...files.map(({ name }) => join(folder, name)),
    ...(await Promise.all(below.map(({ name }) => candidates(join(folder, name), depth - 1)))).flat(),
  ];
}

/** Null for a file in a folder that is no JSON after all. */
async function openResult(path: string, { isNamed }: { readonly isNamed: boolean }): Promise<ResultFile | null> {
  const { size, mtime } = await stat(path);
  const file = { path, modifiedAt: mtime.toISOString() };
  if (/\.(?:eval|txt|wandb)$/.test(path)) return { ...file, json: undefined };
  const isTable = path.endsWith(".csv");
  // A table that nobody named is most likely data.
  if (isTable && size > MOST_BYTES && !isNamed) return null;
  if (isTable && size <= MOST_BYTES) return { ...file, json: undefined };
  if (size > MOST_BYTES) {
    const hint = "inspect_ai writes smaller logs with --log-format eval";
    throw new EvalhError("E_DATASET", "the file is larger than 256 MB", { place: { file: path }, hint });
  }
  try {
    return { ...file, json: parseLooseJson(await readFile(path, "utf8")) };
  } catch (error) {
    if (!isNamed) return null;
    throw new EvalhError("E_DATASET", `not JSON: ${messageOf(error)}`, { place: { file: path } });
  }
}

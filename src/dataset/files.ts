import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../core/errors.ts";
import { didYouMean } from "../core/near-name.ts";
import { savedFolder } from "./saved-folder.ts";
import type { DatasetFormat, DatasetSpec } from "./spec.ts";

/** The files that make up a dataset, in the order they are read. */
export interface DatasetFiles {
  readonly format: DatasetFormat;
  /** Absolute paths, at least one. */
  readonly files: readonly string[];
}

const endings: Readonly<Record<string, DatasetFormat>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
  ".csv": "csv",
  ".tsv": "csv",
  ".parquet": "parquet",
  ".arrow": "arrow",
};

/**
 * Finds the files of a dataset.
 * @throws EvalhError E_DATASET if there are none, some shards are missing, or it is not clear which are meant
 */
export async function datasetFiles(spec: Pick<DatasetSpec, "path" | "format">): Promise<DatasetFiles> {
  const path = resolve(spec.path);
  const files = basename(path).includes("*") ? await matching(path) : await filesAt(path);
  const found = spec.format === undefined ? ofOneFormat(files, path) : { format: spec.format, files };
  checkShards(found.files, path);
  return found;
}

async function filesAt(path: string): Promise<string[]> {
  let isFolder: boolean;
  try {
    isFolder = (await stat(path)).isDirectory();
  } catch (error) {
    throw await unreadable(path, error);
  }
  if (!isFolder) return [path];
  const saved = await savedFolder(path);
  if (saved !== null) return [...saved.files];
  const files = await dataFilesIn(path);
  if (files.length > 0) return files;
  const inside = await dataFilesIn(join(path, "data")).catch(() => []);
  if (inside.length > 0) return inside;
  throw new EvalhError("E_DATASET", `the folder ${path} holds no dataset`, {
    place: { file: path },
    hint: `files must end in ${Object.keys(endings).join(", ")}`,
  });
}

async function dataFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => Object.hasOwn(endings, extname(name)))
    .toSorted()
    .map((name) => join(folder, name));
}

async function matching(path: string): Promise<string[]> {
  const folder = dirname(path);
  const place = { file: path };
  const [start = "", end = "", ...more] = basename(path).split("*");
  if (more.length > 0) throw new EvalhError("E_DATASET", `the pattern ${path} has more than one *`, { place });
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    throw await unreadable(folder, error);
  }
  const found = names.filter(
    (name) => name.length >= start.length + end.length && name.startsWith(start) && name.endsWith(end),
  );
  if (found.length === 0) throw new EvalhError("E_DATASET", `no file matches ${path}`, { place });
  return found.toSorted().map((name) => join(folder, name));
}

async function unreadable(path: string, error: unknown): Promise<EvalhError> {
  if (!hasErrno(error, "ENOENT", "ENOTDIR")) {
    return new EvalhError("E_DATASET", `cannot read ${path}: ${messageOf(error)}`, {
      place: { file: path },
      cause: error,
    });
  }
  const hint = await nearPath(path);
  const place = { file: path };
  return new EvalhError("E_DATASET", `there is no file ${path}`, hint === undefined ? { place } : { place, hint });
}

/** "did you mean …?" for a path whose last existing folder holds a name like the missing one. */
export async function nearPath(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  if (folder === path) return undefined;
  const names = await readdir(folder).catch(() => null);
  return names === null ? nearPath(folder) : didYouMean(basename(path), names);
}

function ofOneFormat(files: readonly string[], path: string): DatasetFiles {
  const formats = new Set(files.map((file) => endings[extname(file).toLowerCase()]));
  const [format] = formats;
  if (formats.size === 1 && format !== undefined) return { format, files };
  const what = formats.size > 1 ? "holds files of several formats" : "has no known ending";
  throw new EvalhError("E_DATASET", `${path} ${what}`, {
    place: { file: path },
    hint:
      formats.size > 1
        ? "name the files with a pattern, for example data/test-*.parquet"
        : "say `format: jsonl` (or json, csv, parquet, arrow)",
  });
}

/** The naming of the Hugging Face hub: split, shard number, number of shards. */
const SHARD = /^(.*)-(\d{5})-of-(\d{5})\.\w+$/;

function checkShards(files: readonly string[], path: string): void {
  const shards = files.map((file) => SHARD.exec(basename(file))).filter((match) => match !== null);
  const splits = [...new Set(shards.map((match) => match[1] ?? ""))];
  if (splits.length > 1) {
    throw new EvalhError("E_DATASET", `${path} holds several splits: ${splits.join(", ")}`, {
      place: { file: path },
      hint: `name one with a pattern, for example ${splits[0] ?? ""}-*${extname(files[0] ?? "")}`,
    });
  }
  const wanted = Number(shards[0]?.[3] ?? 0);
  const isWhole = basename(path).includes("*") || files.length > 1;
  if (isWhole && shards.length > 0 && shards.length !== wanted) {
    throw new EvalhError("E_DATASET", `${path} has ${shards.length} of ${wanted} shards`, { place: { file: path } });
  }
}

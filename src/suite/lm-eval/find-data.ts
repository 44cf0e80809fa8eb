import { readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { EvalhError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";

/** Builders of `datasets` that read local files. */
const BUILDERS = new Set(["json", "csv", "parquet", "arrow"]);
const ENDINGS = ["jsonl", "json", "csv", "parquet", "arrow"];

export interface DataRequest {
  readonly task: JsonObject;
  /** The task's file: paths are relative to its folder, or to the working directory. */
  readonly file: string;
  /** A folder or file to read in the place of a dataset of the hub. */
  readonly data: string | null;
}

/**
 * Path or pattern of one split of a task's dataset.
 * @throws EvalhError E_DATASET where it is on the hub, or does not lie there
 */
export async function findData({ task, file, data }: DataRequest, split: string): Promise<string> {
  const path = task["dataset_path"];
  const kwargs = isJsonObject(task["dataset_kwargs"]) ? task["dataset_kwargs"] : {};
  if (data !== null) return inFolder(resolve(data), split, { task, file });
  if (typeof path !== "string") throw refuse(file, "the task has no `dataset_path`", "name its data with --data");
  if (BUILDERS.has(path)) return existing(named(kwargs["data_files"], split, file), file);
  const local = await firstExisting(path, file);
  if (local !== null) return inFolder(local, split, { task, file });
  throw refuse(
    file,
    `the dataset ${path} is on the hub, and evalh downloads nothing`,
    "download it (`hf download --repo-type dataset …`) and name its folder with --data",
  );
}

function named(files: JsonValue | undefined, split: string, file: string): string {
  const ofSplit = isJsonObject(files) ? files[split] : files;
  const one = Array.isArray(ofSplit) && ofSplit.length === 1 ? (ofSplit as readonly JsonValue[])[0] : ofSplit;
  if (typeof one === "string") return one;
  throw refuse(
    file,
    `\`dataset_kwargs.data_files\` names no single file for the split ${split}`,
    "several files: use a pattern with *",
  );
}

async function existing(path: string, file: string): Promise<string> {
  if (path.includes("*")) return resolve(dirname(file), path);
  const found = await firstExisting(path, file);
  if (found !== null) return found;
  throw refuse(file, `there is no file ${path}`, "paths are relative to the task's file, or to the working directory");
}

async function firstExisting(path: string, file: string): Promise<string | null> {
  for (const candidate of [resolve(dirname(file), path), resolve(path)]) if (await exists(candidate)) return candidate;
  return null;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A split in a folder, as `save_to_disk`, the hub and people lay it out. */
async function inFolder(folder: string, split: string, { task, file }: Omit<DataRequest, "data">): Promise<string> {
  const info = await stat(folder).catch(() => null);
  if (info === null) throw refuse(file, `there is no ${folder}`);
  if (!info.isDirectory()) return folder;
  const config = typeof task["dataset_name"] === "string" ? [task["dataset_name"]] : [];
  const folders = [
    ...config.flatMap((name) => [join(folder, name), join(folder, "data", name)]),
    folder,
    join(folder, "data"),
  ];
  for (const each of folders) {
    const names = await readdir(each).catch((): string[] => []);
    const shard = names.find((name) => name.startsWith(`${split}-`) && name.endsWith(".parquet"));
    if (shard !== undefined) return join(each, `${split}-*.parquet`);
    const whole = names.find((name) => ENDINGS.some((ending) => name === `${split}.${ending}`));
    if (whole !== undefined) return join(each, whole);
    if (names.includes(split) || names.includes("state.json")) return names.includes(split) ? join(each, split) : each;
  }
  throw refuse(
    file,
    `${folder} has no split ${split}`,
    `it would be ${split}-*.parquet, ${split}.jsonl or a folder ${split}`,
  );
}

function refuse(file: string, message: string, hint?: string): EvalhError {
  return new EvalhError("E_DATASET", message, hint === undefined ? { place: { file } } : { place: { file }, hint });
}

import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";

import { hasErrno } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { numberOf, parseLooseJson } from "../../training/loose-json.ts";
import { isPredictions } from "./trainer-predictions.ts";

/** What a Trainer left in its output folder. */
export interface TrainerFolder {
  /** Absolute. */
  readonly path: string;
  /** All `*_results.json` as one row: their names carry the data set. */
  readonly results: JsonObject;
  /** The furthest trainer_state.json, with its path; null where there is none. */
  readonly state: JsonObject | null;
  readonly statePath: string | null;
  /** Steps of the checkpoints that are still there. */
  readonly checkpoints: ReadonlySet<number>;
  /** Files of predictions, those for people's eyes first; only the one that was named, where one was. */
  readonly predictions: readonly string[];
  /** The file that stands for all. */
  readonly anchor: string;
  /** When the newest of the files was written, ISO 8601. */
  readonly modifiedAt: string;
}

export async function openTrainerFolder(
  path: string,
  { named }: { readonly named: string | null },
): Promise<TrainerFolder> {
  const names = (await readdir(path)).toSorted();
  const files = names.filter((name) => name.endsWith("_results.json") && name !== "train_results.json");
  // all_results.json holds the others' numbers, from when each was last written.
  const ordered = files.toSorted((a, b) => Number(b === "all_results.json") - Number(a === "all_results.json"));
  const parts = await Promise.all(ordered.map((name) => objectIn(join(path, name))));
  const checkpoints = names.flatMap((name) => /^checkpoint-(\d+)$/u.exec(name)?.[1] ?? []).map(Number);
  const last = checkpoints.length === 0 ? [] : [join(path, `checkpoint-${Math.max(...checkpoints)}`)];
  const states = [path, ...last].map((folder) => join(folder, "trainer_state.json"));
  const found = await Promise.all(states.map(async (file) => ({ file, state: await objectIn(file) })));
  // Written at the end, so that the folder's own may be older than a checkpoint's of a training that went on.
  const [furthest] = found
    .filter(({ state }) => state !== null)
    .toSorted((a, b) => (numberOf(b.state?.["global_step"]) ?? 0) - (numberOf(a.state?.["global_step"]) ?? 0));
  const predictions = named === null ? names.filter(isPredictions).map((name) => join(path, name)) : [named];
  const used = [...ordered.map((name) => join(path, name)), ...(furthest === undefined ? [] : [furthest.file])];
  const times = await Promise.all([...used, ...predictions].map(async (file) => (await stat(file)).mtimeMs));
  return {
    path,
    results: Object.assign({}, ...parts.filter((part) => part !== null)) as JsonObject,
    state: furthest?.state ?? null,
    statePath: furthest?.file ?? null,
    checkpoints: new Set(checkpoints),
    predictions: predictions.toSorted(
      (a, b) => Number(basename(a).endsWith(".json")) - Number(basename(b).endsWith(".json")),
    ),
    anchor: used[0] ?? predictions[0] ?? path,
    modifiedAt: new Date(Math.max(0, ...times)).toISOString(),
  };
}

/** Null for a file that is not there, or half written: trainers write at any time. */
async function objectIn(file: string): Promise<JsonObject | null> {
  try {
    const value = parseLooseJson(await readFile(file, "utf8"));
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || hasErrno(error, "ENOENT", "ENOTDIR", "EISDIR")) return null;
    throw error;
  }
}

import { mkdir, readFile, readdir, rename, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { storeError } from "./line-file.ts";
import type { RunManifest, Split } from "./records.ts";

/** Where runs go unless the user says otherwise, below the working folder. */
export const RUNS_FOLDER = join(".evalh", "runs");

/** Paths of one run's files. */
export const runFiles = {
  manifest: (folder: string): string => join(folder, "run.json"),
  items: (folder: string, task: string, split: Split): string =>
    join(folder, "items", `${fileNameOf(task)}.${split}.jsonl`),
  samples: (folder: string, checkpoint: string): string => join(folder, "samples", `${fileNameOf(checkpoint)}.jsonl`),
  itemIndex: (folder: string, task: string, split: Split): string =>
    join(folder, "index", "items", `${fileNameOf(task)}.${split}.json`),
  shardIndex: (folder: string, checkpoint: string): string =>
    join(folder, "index", "samples", `${fileNameOf(checkpoint)}.json`),
  training: (folder: string): string => join(folder, "training.jsonl"),
  trainingText: (folder: string): string => join(folder, "training-text.json"),
  trainingHashes: (folder: string): string => join(folder, "training-text.bin"),
  gpu: (folder: string): string => join(folder, "gpu.jsonl"),
  bench: (folder: string): string => join(folder, "bench.jsonl"),
  events: (folder: string): string => join(folder, "events.jsonl"),
  dataCheck: (folder: string, name: string): string => join(folder, "data-checks", `${name}.json`),
  scores: (folder: string): string => join(folder, "scores.json"),
};

/** A reversible file name: everything but letters, digits, dot, dash and underscore as %XX. */
function fileNameOf(name: string): string {
  return encodeURIComponent(name).replaceAll("%2F", "+").replaceAll("*", "%2A");
}

export async function createRunFolder(folder: string): Promise<void> {
  try {
    await mkdir(dirname(folder), { recursive: true });
    // Not recursive: on a read-only disk a recursive mkdir says that something is missing.
    for (const path of [folder, join(folder, "samples"), join(folder, "items")]) await mkdir(path);
  } catch (error) {
    throw storeError("write", folder, error);
  }
}

/** Replaces a file so that a reader sees the old content or the new, never a part. */
export async function writeAtomically(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}.draft`;
  try {
    await writeFile(draft, content);
    await rename(draft, path);
  } catch (error) {
    throw storeError("write", path, error);
  }
}

export async function writeManifest(folder: string, manifest: RunManifest): Promise<void> {
  await writeAtomically(runFiles.manifest(folder), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** @throws EvalhError E_RUN_FOLDER if the folder is not a run */
export async function readManifest(folder: string): Promise<RunManifest> {
  const path = runFiles.manifest(folder);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (!hasErrno(error, "ENOENT", "ENOTDIR")) throw storeError("read", path, error);
    throw new EvalhError("E_RUN_FOLDER", `${folder} is not a run: it has no run.json`, {
      hint: `runs lie in ${RUNS_FOLDER}; list them with \`evalh runs\``,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new EvalhError("E_RUN_FOLDER", `run.json does not parse: ${messageOf(error)}`, { place: { file: path } });
  }
  if (!isJsonObject(value) || value["format"] !== "evalh-run/1") {
    throw new EvalhError("E_RUN_FOLDER", `run.json is not of the format evalh-run/1`, {
      place: { file: path },
      hint: "it was written by another program or by another version of evalh",
    });
  }
  return value as unknown as RunManifest;
}

/** The runs below a folder, newest first. */
export async function listRuns(root: string): Promise<{ id: string; folder: string; startedMs: number }[]> {
  let names: string[];
  try {
    names = await readdir(root);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return [];
    throw storeError("read", root, error);
  }
  const runs = [];
  for (const name of names) {
    const folder = join(root, name);
    const info = await stat(runFiles.manifest(folder)).catch(() => null);
    if (info !== null) runs.push({ id: name, folder, startedMs: info.birthtimeMs });
  }
  return runs.sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? 1 : -1));
}

/**
 * Finds a run by its path, by the end of its name, or the newest ("latest").
 * @throws EvalhError E_RUN_FOLDER if there is none or the name fits several
 */
export async function findRun(wanted: string, root: string = RUNS_FOLDER): Promise<string> {
  if ((await stat(runFiles.manifest(wanted)).catch(() => null)) !== null) return resolve(wanted);
  const runs = await listRuns(root);
  const fits =
    wanted === "latest"
      ? runs.slice(0, 1)
      : runs.filter((run) => run.id === basename(wanted) || run.id.endsWith(`-${wanted}`));
  const [found, second] = fits;
  if (found === undefined) {
    const known = runs.slice(0, 5).map((run) => run.id);
    throw new EvalhError(
      "E_RUN_FOLDER",
      wanted === "latest" ? `there is no run in ${root}` : `there is no run "${wanted}" in ${root}`,
      {
        hint: known.length > 0 ? `the newest are ${known.join(", ")}` : "make one with `evalh run <suite>`",
      },
    );
  }
  if (second !== undefined) {
    throw new EvalhError("E_RUN_FOLDER", `"${wanted}" fits several runs: ${fits.map((run) => run.id).join(", ")}`);
  }
  return resolve(found.folder);
}

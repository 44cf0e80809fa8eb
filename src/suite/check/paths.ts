import { realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, relative, resolve } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../../core/errors.ts";
import { datasetFiles, nearPath } from "../../dataset/files.ts";
import type { DatasetFormat } from "../../dataset/spec.ts";
import type { Problem } from "../diagnostics.ts";
import type { CheckContext } from "./context.ts";
import type { PlacedDataset, PlacedText } from "../outline.ts";

/** Files and folders that are not there, or lie outside of the suite's folder where they may not. */
export async function checkPaths(context: CheckContext): Promise<Problem[]> {
  const { outline } = context;
  const models = [...outline.models, ...outline.judgeModels];
  const { training } = outline;
  const datasets = [...outline.tasks.flatMap((task) => task.datasets), ...training.datasets];
  const others = [
    ...models.flatMap(({ paths }) => paths),
    ...(outline.log === null ? [] : [outline.log]),
    ...(outline.gold === null ? [] : [outline.gold]),
    ...training.paths,
    ...(training.output === null ? [] : [training.output]),
  ];
  const found = await Promise.all([
    ...datasets.map((path) => checkDataset(path, context)),
    ...others.map((path) => checkPath(path, context)),
  ]);
  return found.filter((problem) => problem !== null);
}

async function checkDataset({ text, pointer, format }: PlacedDataset, context: CheckContext): Promise<Problem | null> {
  const { source, folder } = context;
  if (text === "" || !context.isSound(pointer)) return null;
  if (await leaving(resolve(folder, text), context)) return source.at(pointer, outside(text));
  try {
    const path = resolve(folder, text);
    const { files } = await datasetFiles(format === null ? { path } : { path, format: format as DatasetFormat });
    for (const file of files) {
      if (await leaving(file, context)) return source.at(pointer, outside(relative(folder, file)));
    }
    return null;
  } catch (error) {
    if (!(error instanceof EvalhError)) throw error;
    // The suite shows its own place; the absolute path would say the same again.
    const message = error.message.replaceAll(resolve(folder, text), text).replaceAll(`${folder}/`, "");
    return source.at(pointer, { message: `names no dataset: ${message}`, hint: error.hint });
  }
}

async function checkPath({ text, pointer }: PlacedText, context: CheckContext): Promise<Problem | null> {
  const { source, folder } = context;
  if (text === "" || !context.isSound(pointer)) return null;
  const path = resolve(folder, text);
  if (await leaving(path, context)) return source.at(pointer, outside(text));
  const output = context.outline.training.output?.text;
  if (output !== undefined && isInside(path, resolve(folder, output))) return null;
  try {
    await stat(path);
    return null;
  } catch (error) {
    if (!hasErrno(error, "ENOENT", "ENOTDIR")) {
      return source.at(pointer, { message: `cannot be read: ${messageOf(error)}` });
    }
    return source.at(pointer, { message: `names nothing that exists: ${text}`, hint: await nearPath(path) });
  }
}

function outside(path: string): { message: string; hint: string } {
  return {
    message: `leads out of the suite's folder: ${path}`,
    hint: "move the files into it, or pass --allow-outside",
  };
}

/** Whether a path leads out of the suite's folder, by itself or through symbolic links. */
async function leaving(path: string, { folder, allowOutside }: CheckContext): Promise<boolean> {
  if (allowOutside) return false;
  if (!isInside(path, folder)) return true;
  return !isInside(await realPath(path), await realPath(folder));
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !/^\.\.[/\\]/.test(way) && !isAbsolute(way);
}

/** The path with the links of its existing part resolved. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(await realPath(parent), basename(path));
  }
}

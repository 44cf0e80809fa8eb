import { stat } from "node:fs/promises";

import { datasetDigest } from "../dataset/digest.ts";
import type { DatasetSpec } from "../dataset/spec.ts";
import { digestOf } from "../suite/digest.ts";
import type { Task } from "../suite/suite.ts";
import { datasetOf } from "./dataset-of.ts";
import type { ItemsRequest } from "./render-items.ts";
import { readIndex, writeIndex } from "./store/index-file.ts";
import { runFiles } from "./store/run-folder.ts";
import type { UnitInfo } from "./store/records.ts";

/** How many samples a unit has and the sha256 over everything that will be asked. */
export interface ItemsDigest {
  readonly n: number;
  readonly digest: string;
  /** Samples that ask what one before them asks. */
  readonly repeated: number;
  /** Versions of perturbed samples that are asked otherwise than the clean sample. */
  readonly changed: number;
}

/** What a unit's items file was made of, what it holds, and where its samples lie. */
export interface ItemIndex extends ItemsDigest {
  /** Digest of everything that decides the file: data, templates, version of evalh. */
  readonly source: string;
  readonly bytes: number;
  /** Byte offset of the first line of each window. */
  readonly offsets: readonly number[];
}

/**
 * Digest of everything that decides a unit's items. Null for a dataset of which only the first rows are taken: reading
 * those may cost less than a checksum over all of it.
 */
export async function sourceOf(
  task: Task,
  { split, world, evalh }: ItemsRequest & { readonly evalh: string },
): Promise<string | null> {
  const dataset = datasetOf(task, split);
  if (dataset.limit !== undefined) return null;
  const { fewShot } = task;
  const content = async ({ path: _path, ...spec }: DatasetSpec, path: string): Promise<object> => ({
    ...spec,
    bytes: await datasetDigest({ ...spec, path }),
  });
  return digestOf({
    evalh,
    split,
    dataset: await content(dataset, dataset.path),
    fewShot: fewShot === null ? null : { ...fewShot, dataset: await content(fewShot.dataset, fewShot.dataset.path) },
    kind: task.kind,
    prompt: task.prompt.text,
    references: task.references.map(({ text }) => text),
    choices: task.choiceList === null ? task.choices : task.choiceList.text,
    targetDelimiter: task.targetDelimiter,
    perturbation: task.perturbation === undefined ? null : { ...task.perturbation, template: null, seed: world.seed },
  });
}

export async function writeItemIndex(
  folder: string,
  unit: Pick<UnitInfo, "task" | "split">,
  index: ItemIndex,
): Promise<void> {
  await writeIndex(runFiles.itemIndex(folder, unit.task, unit.split), index);
}

/** Null where there is none, or the items file is no longer as long as it was. */
export async function readItemIndex(folder: string, unit: Pick<UnitInfo, "task" | "split">): Promise<ItemIndex | null> {
  const record = await readIndex(runFiles.itemIndex(folder, unit.task, unit.split));
  if (record === null || !Array.isArray(record["offsets"])) return null;
  const info = await stat(runFiles.items(folder, unit.task, unit.split)).catch(() => null);
  return info?.size === record["bytes"] ? (record as unknown as ItemIndex) : null;
}

/** What a unit's items are, if nothing that decides them has changed since they were written; null otherwise. */
export async function knownItems(
  folder: string,
  task: Task,
  request: ItemsRequest & { readonly evalh: string },
): Promise<ItemsDigest | null> {
  const index = await readItemIndex(folder, { task: task.name, split: request.split });
  if (index === null || index.source !== (await sourceOf(task, request))) return null;
  const { n, digest, repeated, changed } = index;
  return { n, digest, repeated, changed };
}

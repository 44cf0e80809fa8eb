import { createHash } from "node:crypto";
import { open, rename } from "node:fs/promises";

import { EvalhError, isSystemError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import type { Task } from "../suite/suite.ts";
import { WINDOW } from "./batches.ts";
import { questionText } from "./cache/question-key.ts";
import { readItemIndex, sourceOf, writeItemIndex, type ItemsDigest } from "./item-index.ts";
import { renderItems, type ItemsRequest } from "./render-items.ts";
import { repeatedQuestions } from "./repeated-questions.ts";
import { encodeLine } from "./store/checked-line.ts";
import { readBlocks, readLines, storeError } from "./store/line-file.ts";
import { runFiles } from "./store/run-folder.ts";
import type { ItemRecord, UnitInfo } from "./store/records.ts";

/** Lines are written in blocks of about this many characters. */
const BLOCK = 1 << 16;

/**
 * Reads a task's dataset once and writes its samples, prompts rendered, into the run folder. Every mistake of data and
 * template shows here, before the first request; afterwards the folder alone suffices to resume, judge and report.
 * @throws EvalhError E_DATASET, E_PROMPT, E_STORE
 */
export async function writeItems(
  folder: string,
  task: Task,
  { split, world, evalh }: ItemsRequest & { readonly evalh: string },
): Promise<ItemsDigest> {
  const path = runFiles.items(folder, task.name, split);
  const draft = `${path}.draft`;
  try {
    // Before the data is read: if it changes meanwhile, the index is of the old data and is not used.
    const source = await sourceOf(task, { split, world, evalh });
    await using file = await open(draft, "w");
    const places = placeKeeper();
    const write = (block: string): Promise<void> => file.writeFile(block);
    const written = await digestItems(task, { split, world, write, onLine: places.add });
    await rename(draft, path);
    // Without an index everything is read again where it would have been spared.
    if (source !== null) {
      const index = { source, ...written, ...places.all() };
      await writeItemIndex(folder, { task: task.name, split }, index).catch(() => undefined);
    }
    return written;
  } catch (error) {
    throw isSystemError(error) ? storeError("write", draft, error) : error;
  }
}

/** Byte offsets of the first line of each window. */
function placeKeeper(): {
  readonly add: (line: string) => void;
  readonly all: () => { bytes: number; offsets: number[] };
} {
  const offsets: number[] = [];
  let bytes = 0;
  let lines = 0;
  return {
    add(line) {
      if (lines++ % WINDOW === 0) offsets.push(bytes);
      bytes += Buffer.byteLength(line);
    },
    all: () => ({ bytes, offsets }),
  };
}

/** The digest of a unit's samples; with `write`, their lines go there block by block. */
export async function digestItems(
  task: Task,
  options: ItemsRequest & {
    readonly write?: (block: string) => Promise<void>;
    readonly onLine?: (line: string) => void;
  },
): Promise<ItemsDigest> {
  const hash = createHash("sha256");
  const textOf = questionText(task);
  const asked = repeatedQuestions();
  let n = 0;
  let changed = 0;
  let block = "";
  for await (const { item, changed: others } of renderItems(task, options)) {
    changed += others;
    const line = encodeLine(item);
    block += line;
    options.onLine?.(line);
    asked.add(textOf(item));
    n++;
    if (block.length < BLOCK) continue;
    hash.update(block);
    await options.write?.(block);
    block = "";
  }
  hash.update(block);
  await options.write?.(block);
  return { n, digest: hash.digest("hex"), repeated: asked.count, changed };
}

/** Where to begin in the samples of a unit: a byte, and the number of the line that begins there. */
interface Start {
  readonly offset?: number;
  readonly line?: number;
}

/**
 * The samples of a unit from the run folder, in order.
 * @throws EvalhError E_RUN_FOLDER if a line is damaged: without it the answers cannot be understood
 */
export async function* readItems(
  folder: string,
  unit: Pick<UnitInfo, "task" | "split">,
  start: Start = {},
): AsyncGenerator<ItemRecord> {
  for await (const items of readItemBlocks(folder, unit, start)) yield* items;
}

/** The same, some at a time. */
export async function* readItemBlocks(
  folder: string,
  unit: Pick<UnitInfo, "task" | "split">,
  { offset = 0, line: first = 0 }: Start = {},
): AsyncGenerator<readonly ItemRecord[]> {
  const path = runFiles.items(folder, unit.task, unit.split);
  let number = first;
  for await (const lines of readBlocks(path, offset)) {
    yield lines.map(({ record }) => {
      number++;
      if (isJsonObject(record)) return record as unknown as ItemRecord;
      throw new EvalhError("E_RUN_FOLDER", "a sample's line is damaged", {
        place: { file: path, line: number },
        hint: "restore the file from a copy, or start a new run",
      });
    });
  }
}

/**
 * The samples of a unit from the first window on in which anything is missing, some at a time. Windows are skipped as a
 * whole, so that the batches are those of an undisturbed run.
 * @param isDone whether a sample is finished, with all of its repeats
 */
export async function* unfinishedItems(
  folder: string,
  unit: Pick<UnitInfo, "task" | "split" | "n">,
  isDone: (ordinal: number) => boolean,
): AsyncGenerator<readonly ItemRecord[]> {
  let finished = 0;
  while (finished < unit.n && isDone(finished)) finished++;
  const window = Math.floor(finished / WINDOW);
  const offset = window === 0 ? undefined : (await readItemIndex(folder, unit))?.offsets[window];
  const line = window * WINDOW;
  // An index that leads elsewhere is not believed.
  const isThere = offset !== undefined && (await ordinalAt(folder, unit, offset)) === line;
  yield* isThere ? readItemBlocks(folder, unit, { offset, line }) : readItemBlocks(folder, unit);
}

async function ordinalAt(
  folder: string,
  unit: Pick<UnitInfo, "task" | "split">,
  offset: number,
): Promise<number | null> {
  for await (const { record } of readLines(runFiles.items(folder, unit.task, unit.split), offset)) {
    return isJsonObject(record) && typeof record["i"] === "number" ? record["i"] : null;
  }
  return null;
}

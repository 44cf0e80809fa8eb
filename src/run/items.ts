import { createHash } from "node:crypto";
import { open, rename } from "node:fs/promises";

import { EvalhError, isSystemError } from "../core/errors.ts";
import { isJsonObject } from "../core/json.ts";
import { openDataset } from "../dataset/index.ts";
import { compileTask } from "../suite/compile-task.ts";
import type { Task } from "../suite/suite.ts";
import { questionText } from "./cache/question-key.ts";
import { repeatedQuestions } from "./repeated-questions.ts";
import { encodeLine } from "./store/checked-line.ts";
import { readLines, storeError } from "./store/line-file.ts";
import { runFiles } from "./store/run-folder.ts";
import type { ItemRecord, Split, UnitInfo } from "./store/records.ts";

/** Lines are written in blocks of about this many characters. */
const BLOCK = 1 << 16;

/** How many samples a unit has and the sha256 over everything that will be asked. */
export interface ItemsDigest {
  readonly n: number;
  readonly digest: string;
  /** Samples that ask what one before them asks. */
  readonly repeated: number;
}

/**
 * Reads a task's dataset once and writes its samples, prompts rendered, into the run folder. Every mistake of data and
 * template shows here, before the first request; afterwards the folder alone suffices to resume, judge and report.
 * @throws EvalhError E_DATASET, E_PROMPT, E_STORE
 */
export async function writeItems(folder: string, task: Task, split: Split): Promise<ItemsDigest> {
  const path = runFiles.items(folder, task.name, split);
  const draft = `${path}.draft`;
  try {
    await using file = await open(draft, "w");
    const written = await digestItems(task, { split, write: (block) => file.writeFile(block) });
    await rename(draft, path);
    return written;
  } catch (error) {
    throw isSystemError(error) ? storeError("write", draft, error) : error;
  }
}

/** The digest of a unit's samples; with `write`, their lines go there block by block. */
export async function digestItems(
  task: Task,
  options: { readonly split: Split; readonly write?: (block: string) => Promise<void> },
): Promise<ItemsDigest> {
  const hash = createHash("sha256");
  const textOf = questionText(task);
  const asked = repeatedQuestions();
  let n = 0;
  let block = "";
  for await (const item of renderItems(task, options.split)) {
    block += encodeLine(item);
    asked.add(textOf(item));
    n++;
    if (block.length < BLOCK) continue;
    hash.update(block);
    await options.write?.(block);
    block = "";
  }
  hash.update(block);
  await options.write?.(block);
  return { n, digest: hash.digest("hex"), repeated: asked.count };
}

/** The samples of a task as they will be asked, without writing anything. */
export async function* renderItems(task: Task, split: Split): AsyncGenerator<ItemRecord> {
  const compiled = await compileTask(task);
  let i = 0;
  for await (const row of openDataset(datasetOf(task, split))) {
    const prompt = compiled.prompt(row);
    // A perplexity task scores the prompt itself.
    const references = task.kind === "perplexity" ? [] : compiled.references(row);
    yield { i, id: row.id, prompt, references, columns: row.columns };
    i++;
  }
}

function datasetOf(task: Task, split: Split): Task["dataset"] {
  const { validation, ...dataset } = task.dataset;
  return split === "validation" && validation !== undefined ? { ...dataset, path: validation } : dataset;
}

/**
 * The samples of a unit from the run folder, in order.
 * @throws EvalhError E_RUN_FOLDER if a line is damaged: without it the answers cannot be understood
 */
export async function* readItems(folder: string, unit: Pick<UnitInfo, "task" | "split">): AsyncGenerator<ItemRecord> {
  const path = runFiles.items(folder, unit.task, unit.split);
  let number = 0;
  for await (const line of readLines(path)) {
    number++;
    if (!isJsonObject(line.record)) {
      throw new EvalhError("E_RUN_FOLDER", "a sample's line is damaged", {
        place: { file: path, line: number },
        hint: "restore the file from a copy, or start a new run",
      });
    }
    yield line.record as unknown as ItemRecord;
  }
}

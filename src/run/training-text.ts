import { readFile, writeFile } from "node:fs/promises";

import { EvalhError, hasErrno, messageOf } from "../core/errors.ts";
import type { Row } from "../core/sample.ts";
import { openDataset } from "../dataset/index.ts";
import { sliceOf } from "../dataset/slice.ts";
import { compilePrompt } from "../suite/prompt.ts";
import type { TrainingData } from "../suite/training.ts";
import { storeError } from "./store/line-file.ts";
import { runFiles, writeAtomically } from "./store/run-folder.ts";
import { hashSet, hashWords, passageHashes, sortedHashes, wordsOf, type HashSet } from "./word-grams.ts";

/** Larger training sets are looked at up to here: 4 M passages take 32 MB. */
const MOST_PASSAGES = 4_000_000;
/** A field with more values is an identifier, or free text. */
const MOST_VALUES = 5_000;
/** Whole answers shorter than this are the same by chance, or for being labels. */
export const WHOLE_WORDS = 3;

/** What a run keeps of the text that its model learned from: enough to compare without the text. */
export interface TrainingText {
  /** Where the rows came from. */
  readonly path: string;
  readonly rows: number;
  /** False where the text was too large to be looked at whole. */
  readonly whole: boolean;
  /** Column → value → rows, for the columns that tasks slice by. */
  readonly slices: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Target → rows; null where they are too many, or none are named. */
  readonly targets: Readonly<Record<string, number>> | null;
  /** Passages of eight words. */
  readonly passages: HashSet;
  /** Whole targets of three words or more. */
  readonly answers: HashSet;
}

type Facts = Omit<TrainingText, "passages" | "answers"> & { readonly passageCount: number };

/**
 * Reads the training rows once and keeps in the run folder what comparing needs of them.
 * @param slices columns that tasks slice by
 * @throws EvalhError E_DATASET, E_PROMPT, E_STORE
 */
export async function writeTrainingText(folder: string, data: TrainingData, slices: readonly string[]): Promise<void> {
  const target = data.target === undefined ? null : compilePrompt(data.target.text, data.target.place);
  const counts = new Map([...new Set(slices)].map((field) => [field, new Map<string, number>()]));
  const targets = new Map<string, number>();
  const passages: number[] = [];
  const answers: number[] = [];
  let rows = 0;
  for await (const row of openDataset(data.train)) {
    rows++;
    for (const [field, values] of counts)
      if (Object.hasOwn(row.columns, field)) count(values, sliceOf(row.columns, field));
    const text = target?.render(row.columns, row).trim() ?? textOf(row);
    if (target !== null) count(targets, text);
    const words = wordsOf(text);
    if (passages.length < MOST_PASSAGES) for (const hash of passageHashes(words)) passages.push(hash);
    if (target !== null && words.length >= WHOLE_WORDS) answers.push(hashWords(words, 0, words.length));
  }
  const sorted = [sortedHashes(passages), sortedHashes(answers)] as const;
  const facts: Facts = {
    path: data.train.path,
    rows,
    whole: passages.length < MOST_PASSAGES,
    slices: Object.fromEntries(
      [...counts].filter(([, values]) => isField(values)).map(([f, v]) => [f, Object.fromEntries(v)]),
    ),
    targets: isField(targets) ? Object.fromEntries(targets) : null,
    passageCount: sorted[0].length,
  };
  try {
    await writeFile(runFiles.trainingHashes(folder), Buffer.concat(sorted.map((each) => new Uint8Array(each.buffer))));
  } catch (error) {
    throw storeError("write", runFiles.trainingHashes(folder), error);
  }
  await writeAtomically(runFiles.trainingText(folder), `${JSON.stringify(facts)}\n`);
}

function count(values: Map<string, number>, value: string): void {
  const known = values.get(value);
  if (known !== undefined || values.size <= MOST_VALUES) values.set(value, (known ?? 0) + 1);
}

function isField(values: ReadonlyMap<string, number>): boolean {
  return values.size > 0 && values.size <= MOST_VALUES;
}

/** All texts of a row, where the suite does not say which of them was learned. */
function textOf({ columns }: Row): string {
  return Object.values(columns)
    .filter((value) => typeof value === "string")
    .join("\n");
}

/** Null for a run whose suite names no training data. @throws EvalhError E_RUN_FOLDER if it is damaged */
export async function readTrainingText(folder: string): Promise<TrainingText | null> {
  const path = runFiles.trainingText(folder);
  try {
    const { passageCount, ...facts } = JSON.parse(await readFile(path, "utf8")) as Facts;
    const bytes = await readFile(runFiles.trainingHashes(folder));
    const hashes = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    return {
      ...facts,
      passages: hashSet(hashes.subarray(0, passageCount)),
      answers: hashSet(hashes.subarray(passageCount)),
    };
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return null;
    throw new EvalhError("E_RUN_FOLDER", `what the run keeps of the training text is damaged: ${messageOf(error)}`, {
      place: { file: path },
    });
  }
}

import { cp, mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { buildComparison } from "../../src/compare/compare.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { readRun, type RunData } from "../../src/compare/run-data.ts";
import { readResults } from "../../src/run/import/find-results.ts";
import type { Imported, ReferenceFile } from "../../src/run/import/imported.ts";
import { importRun } from "../../src/run/import/import-run.ts";

export const fixtures = fileURLToPath(new URL("../fixtures/interop/hf-trainer/", import.meta.url));
export const scratch = (): Promise<string> => mkdtemp(join(tmpdir(), "evalh-import-"));

export async function copyOf(name: string): Promise<string> {
  const folder = join(await scratch(), name);
  await cp(join(fixtures, name), folder, { recursive: true });
  return folder;
}

export function referencesIn(folder: string, more: Partial<ReferenceFile> = {}): ReferenceFile {
  return { path: join(folder, "test.jsonl"), referenceColumn: null, inputColumn: null, judges: null, ...more };
}

export async function resultsIn(path: string, references: ReferenceFile | null = null): Promise<Imported[]> {
  return (await readResults([path], null, references)).flatMap(({ results }) => results);
}

export interface Run {
  readonly data: RunData;
  readonly comparison: Comparison;
}

export async function imported(path: string, references: ReferenceFile | null = null): Promise<Run> {
  const results = await resultsIn(path, references);
  const { folder } = await importRun({
    results,
    suite: "boxes",
    slices: ["kind"],
    root: await scratch(),
    evalh: "0.1.0",
  });
  const data = await readRun(folder);
  return { data, comparison: await buildComparison(data) };
}

export const estimateOf = ({ data, comparison }: Run, key: string, checkpoint: string): unknown =>
  comparison.cells[key]?.[data.checkpoints.findIndex(({ id }) => id === checkpoint)]?.estimate;

const scoresOf = (file: unknown): Readonly<Record<string, number>> => file as Readonly<Record<string, number>>;

export async function saved(name: string, file: string): Promise<Readonly<Record<string, number>>> {
  return scoresOf(JSON.parse(await readFile(join(fixtures, name, file), "utf8")));
}

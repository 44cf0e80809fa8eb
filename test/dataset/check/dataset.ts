import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { CheckName } from "../../../src/dataset/check/index.ts";
import { runChecks, type CheckReport } from "../../../src/dataset/check/run-checks.ts";

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** A folder that goes when it is out of scope. */
export async function folder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "evalh-check-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

export async function writeRows(path: string, rows: Rows): Promise<string> {
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return path;
}

/** Checks rows with the columns `text` and `answer`. */
export async function checkRows(
  names: readonly CheckName[],
  rows: Rows,
  options: { readonly training?: Rows; readonly contextTokens?: number } = {},
): Promise<CheckReport> {
  await using place = await folder();
  const { training, ...rest } = options;
  return await runChecks({
    dataset: { path: await writeRows(join(place.path, "data.jsonl"), rows) },
    training: training === undefined ? null : { path: await writeRows(join(place.path, "train.jsonl"), training) },
    roles: { input: ["text"], reference: ["answer"], id: null },
    similarity: 0.8,
    names,
    ...rest,
  });
}

/** The ordinals that a check would drop. */
export function dropped(report: CheckReport, name: CheckName): number[] {
  return [...(report.drop.get(name) ?? [])];
}

import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { hasErrno } from "../core/errors.ts";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { ReportedFinding } from "../dataset/check/run-checks.ts";
import type { DatasetRevision } from "../dataset/revision.ts";
import { storeError } from "../run/store/line-file.ts";
import { runFiles, writeAtomically } from "../run/store/run-folder.ts";
import type { LeakedScore } from "./leaked-scores.ts";

/** What `evalh data check --json` prints, and keeps with a run. */
export interface DataCheck {
  readonly format: "evalh-data-check/1";
  /** As the user named it. */
  readonly dataset: string;
  readonly revision: DatasetRevision;
  readonly rows: number;
  readonly training_rows: number | null;
  readonly columns: {
    readonly input: readonly string[];
    readonly reference: readonly string[];
    readonly id: string | null;
  };
  /** `fix` is a command line, or null where a person must act. */
  readonly findings: readonly (Omit<ReportedFinding, "fix"> & { readonly fix: string | null })[];
  /** Scores with and without what stands in the training data; null where that was not asked. */
  readonly leaked_scores: readonly LeakedScore[] | null;
}

/** A check of data, beside a run. */
export interface RunDataCheck extends DataCheck {
  /** True if these are, byte for byte, data that the run asked. */
  readonly isAsked: boolean;
}

/** A file larger than this is not one of ours. */
const MAX_BYTES = 16_000_000;

/** Keeps a check with a run; a later check of the same data takes its place. */
export async function writeDataCheck(folder: string, check: DataCheck): Promise<void> {
  const path = runFiles.dataCheck(folder, check.revision.sha256.slice(0, 16));
  try {
    await mkdir(join(path, ".."), { recursive: true });
  } catch (error) {
    throw storeError("write", path, error);
  }
  await writeAtomically(path, `${JSON.stringify(check, null, 2)}\n`);
}

/**
 * The checks that were kept with a run. What cannot be read is left out: it is no part of the run's results.
 * @param asked sha256 of the data that the run asked
 */
export async function readDataChecks(folder: string, asked: ReadonlySet<string>): Promise<RunDataCheck[]> {
  const inside = join(runFiles.dataCheck(folder, ""), "..");
  const names = await readdir(inside).catch((error: unknown) => {
    if (hasErrno(error, "ENOENT", "ENOTDIR", "EACCES")) return [];
    throw storeError("read", inside, error);
  });
  const checks: RunDataCheck[] = [];
  for (const name of names.filter((each) => each.endsWith(".json")).toSorted()) {
    const check = parsed(await readFile(join(inside, name), "utf8").catch(() => ""));
    if (check !== null) checks.push({ ...check, isAsked: asked.has(check.revision.sha256) });
  }
  return checks;
}

function parsed(text: string): DataCheck | null {
  if (text.length > MAX_BYTES) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return isJsonObject(value) && isDataCheck(value) ? (value as unknown as DataCheck) : null;
}

function isDataCheck(value: JsonObject): boolean {
  const { format, dataset, revision, rows, findings, leaked_scores: leaked } = value;
  return (
    format === "evalh-data-check/1" &&
    typeof dataset === "string" &&
    isJsonObject(revision) &&
    typeof revision["sha256"] === "string" &&
    typeof rows === "number" &&
    Array.isArray(findings) &&
    findings.every(isFinding) &&
    (leaked === null || (Array.isArray(leaked) && leaked.every(isJsonObject)))
  );
}

function isFinding(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    ["check", "level", "message"].every((key) => typeof value[key] === "string") &&
    ["count", "of"].every((key) => typeof value[key] === "number") &&
    Array.isArray(value["evidence"]) &&
    value["evidence"].every(
      (each) => isJsonObject(each) && isJsonObject(each["place"]) && typeof each["what"] === "string",
    )
  );
}

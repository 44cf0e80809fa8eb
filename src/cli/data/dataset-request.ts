import { resolve } from "node:path";

import { EvalhError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { didYouMean } from "../../core/near-name.ts";
import type { ColumnRoles } from "../../dataset/check/check.ts";
import { openDataset } from "../../dataset/index.ts";
import type { DatasetSpec } from "../../dataset/spec.ts";
import { loadSuite } from "../../suite/load.ts";
import { compilePrompt } from "../../suite/prompt.ts";
import type { Suite, Task } from "../../suite/suite.ts";
import { guessTask } from "../init/guess-task.ts";
import { locateSuite } from "../locate-suite.ts";

/** What the user says about a dataset's columns. */
export interface ColumnOptions {
  readonly suite?: string;
  readonly id?: string;
  readonly input?: readonly string[];
  readonly reference?: readonly string[];
}

/** A dataset with what its columns are for. */
export interface KnownDataset {
  readonly spec: DatasetSpec;
  readonly roles: ColumnRoles;
}

/** Rows looked at to know what the columns mean. */
const LOOK_AT = 500;

/**
 * What the columns are for: as the options say, as the suite's templates use them, or as their names suggest.
 * @throws EvalhError E_DATASET, E_SUITE_INVALID, E_USAGE for a column that is not there
 */
export async function describeDataset(path: string, options: ColumnOptions): Promise<KnownDataset> {
  const file = resolve(path);
  const rows: JsonObject[] = [];
  for await (const row of openDataset({ path: file, limit: LOOK_AT })) rows.push(row.columns);
  const columns = new Set(rows.flatMap((row) => Object.keys(row)));
  refuseUnknown(options, { file, columns });
  const guessed = options.suite === undefined ? guess(rows, file) : await fromSuite(options.suite, { file, columns });
  const roles: ColumnRoles = {
    input: options.input ?? guessed.input,
    reference: options.reference ?? guessed.reference,
    id: options.id ?? guessed.id,
  };
  // Ids that repeat are no reason to read nothing: without an id column rows are numbered.
  const isUnique = roles.id !== null && (options.id !== undefined || areUnique(rows, roles.id));
  return { spec: { path: file, ...(isUnique && roles.id !== null ? { id: roles.id } : {}) }, roles };
}

function refuseUnknown(
  { id, input = [], reference = [] }: ColumnOptions,
  { file, columns }: { readonly file: string; readonly columns: ReadonlySet<string> },
): void {
  for (const named of [...(id === undefined ? [] : [id]), ...input, ...reference]) {
    if (columns.has(named)) continue;
    const hint = didYouMean(named, columns) ?? `the columns are ${[...columns].join(", ")}`;
    throw new EvalhError("E_USAGE", `${file} has no column "${named}"`, { place: { file }, hint });
  }
}

function areUnique(rows: readonly JsonObject[], column: string): boolean {
  const ids = rows.map((row) => row[column]);
  return new Set(ids).size === ids.length && ids.every((id) => typeof id === "string" || typeof id === "number");
}

function guess(rows: readonly JsonObject[], file: string): ColumnRoles {
  const named = (column: string): string | null => (rows.some((row) => Object.hasOwn(row, column)) ? column : null);
  try {
    const { input, reference, id } = guessTask(rows, { input: null, reference: null, file });
    return { input: [input], reference: [reference], id };
  } catch (error) {
    if (!(error instanceof EvalhError)) throw error;
    // No known names: every text is looked at as input.
    return { input: [], reference: [], id: named("id") };
  }
}

async function fromSuite(
  wanted: string,
  { file, columns }: { readonly file: string; readonly columns: ReadonlySet<string> },
): Promise<ColumnRoles> {
  const suite = await loadSuite(await locateSuite(wanted), { allowOutside: true });
  const tasks = tasksOn(suite, file);
  const names = (text: string, place: Task["prompt"]["place"]): string[] =>
    [...compilePrompt(text, place).required].filter((name) => columns.has(name));
  const input = new Set(tasks.flatMap(({ prompt }) => names(prompt.text, prompt.place)));
  const reference = new Set(
    tasks.flatMap(({ references }) => references.flatMap(({ text, place }) => names(text, place))),
  );
  return {
    input: [...input],
    reference: [...reference].filter((name) => !input.has(name)),
    id: tasks[0]?.dataset.id ?? null,
  };
}

/** The tasks that read the file; all of them where none does, since training data have the columns too. */
function tasksOn({ tasks }: Suite, file: string): readonly Task[] {
  const reading = tasks.filter(({ dataset }) => dataset.path === file || dataset.validation === file);
  return reading.length > 0 ? reading : tasks;
}

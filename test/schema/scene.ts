import type { ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

import { makeProject, type Finished, type Project, type ProjectOptions } from "../cli/project.ts";
import { validatorOf, type Row, type Tables } from "./tables.ts";

/** What was written and printed so far, over all scenes. */
export interface Witness {
  readonly tables: Tables;
  /** Schema → values that were held against it. */
  readonly seen: Map<string, unknown[]>;
  /** Names of rows of the tables that came to be. */
  readonly rows: Set<string>;
}

/** A folder in which commands are run, and everything that they write and print is held against the tables. */
export interface Scene extends AsyncDisposable {
  readonly folder: string;
  /** What does not fit: a file or document, and why. */
  readonly problems: string[];
  /** A file of the user's. */
  write(name: string, text: string): Promise<void>;
  run(...args: string[]): Promise<Finished>;
  start(...args: string[]): ChildProcess;
  /** Runs a command that prints JSON; its row in the table of printed documents is named first. */
  told(row: string, ...args: string[]): Promise<unknown>;
  /** The same for what is printed already. */
  hold(row: string, text: string): Promise<unknown>;
  /** Looks at every file that is there now. */
  look(): Promise<void>;
}

const MOST_KEPT = 200;

/** @param foreign files that another program than evalh writes */
export async function openScene(
  witness: Witness,
  options: ProjectOptions & { readonly foreign?: RegExp } = {},
): Promise<Scene> {
  const project = await makeProject(options);
  const own = new Set(await filesIn(project.folder));
  const problems: string[] = [];
  const hold = (row: string, text: string) => holdPrinted(witness, problems, { row, text });
  return {
    folder: project.folder,
    problems,
    write: (name, text) => {
      own.add(name);
      return project.write(name, text);
    },
    run: (...args) => project.run(...args),
    start: (...args) => project.start(...args),
    hold,
    async told(row, ...args) {
      const { stdout, stderr } = await project.run(...args);
      if (stdout === "") throw new Error(`evalh ${args.join(" ")} printed nothing: ${stderr}`);
      return hold(row, stdout);
    },
    async look() {
      for (const file of await filesIn(project.folder)) {
        if (own.has(file) || options.foreign?.test(file) === true) continue;
        await holdFile(witness, problems, { project, file });
      }
    },
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? relative(folder, join(entry.parentPath, entry.name)) : []));
}

async function holdFile(
  witness: Witness,
  problems: string[],
  { project, file }: { readonly project: Project; readonly file: string },
): Promise<void> {
  const rows = witness.tables.files.filter(({ pattern }) => pattern.test(file));
  // human-<sheet>.jsonl fits human-1.prodigy.jsonl, too: the row that says most is meant.
  const row = rows.toSorted((a, b) => b.name.length - a.name.length)[0];
  if (row === undefined) {
    if (/\.jsonl?(\.|$)/u.test(file)) problems.push(`${file} has no row in the tables`);
    return;
  }
  const text = await readFile(join(project.folder, file), "utf8");
  await holdValues(witness, problems, { row, where: file, values: parsed(text, row.isLines) });
}

async function holdPrinted(
  witness: Witness,
  problems: string[],
  { row: name, text }: { readonly row: string; readonly text: string },
): Promise<unknown> {
  const row = witness.tables.printed.find((each) => each.name === name);
  if (row === undefined) throw new RangeError(`no row \`${name}\` in the table of what is printed`);
  const values = parsed(text, row.isLines);
  await holdValues(witness, problems, { row, where: `evalh ${name}`, values });
  return values[0];
}

function parsed(text: string, isLines: boolean): unknown[] {
  if (!isLines) return [JSON.parse(text)];
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as unknown);
}

async function holdValues(
  { seen, rows }: Witness,
  problems: string[],
  { row, where, values }: { readonly row: Row; readonly where: string; readonly values: readonly unknown[] },
): Promise<void> {
  const validate = await validatorOf(row.schema);
  if (values.length > 0) rows.add(row.name);
  const kept = seen.get(row.schema) ?? [];
  seen.set(row.schema, kept);
  for (const [index, value] of values.entries()) {
    if (kept.length < MOST_KEPT) kept.push(value);
    if (validate(value)) continue;
    // Of the alternatives of an `anyOf`, the one that goes deepest is the one that was meant.
    const deepest = (validate.errors ?? []).toSorted((a, b) => b.instancePath.length - a.instancePath.length);
    const why = deepest.map((each) => `${each.instancePath} ${each.message} ${JSON.stringify(each.params)}`);
    problems.push(`${where}, value ${index}, by ${row.schema}: ${why.slice(0, 4).join("; ")}`);
  }
}

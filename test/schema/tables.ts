import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

export const schemaFolder = fileURLToPath(new URL("../../docs/schema/", import.meta.url));

/** A row of the tables in docs/schema/README.md. */
export interface Row {
  /** A path with `<anything>` in it, or a command. */
  readonly name: string;
  readonly schema: string;
}

export interface FileRow extends Row {
  /** Fits what is named, from the folder of evalh's user on. */
  readonly pattern: RegExp;
  /** Each line is a value of its own. */
  readonly isLines: boolean;
}

export interface Tables {
  readonly files: readonly FileRow[];
  readonly printed: readonly (Row & { readonly isLines: boolean })[];
}

const ROW = /^\| `([^`]+)` \| (.+) \| \[([\w-]+)\.schema\.json\]\(\3\.schema\.json\) \|$/u;

/** The tables, a heading's path in front of its files. */
export async function readTables(): Promise<Tables> {
  const files: FileRow[] = [];
  const printed: (Row & { readonly isLines: boolean })[] = [];
  let below: string | null = null;
  for (const line of (await readFile(join(schemaFolder, "README.md"), "utf8")).split("\n")) {
    if (line.startsWith("## ")) below = /`([^`]+)`$/u.exec(line)?.[1] ?? null;
    const [, name = "", what = "", schema = ""] = ROW.exec(line) ?? [];
    if (name === "") continue;
    if (below === null) printed.push({ name, schema, isLines: what.startsWith("a line") });
    else files.push({ name, schema, pattern: patternOf(below, name), isLines: /\.jsonl($|\.)/u.test(name) });
  }
  return { files, printed };
}

function patternOf(below: string, name: string): RegExp {
  const path = `${below === "./" ? "" : below}${name}`;
  const parts = path.split(/<[^>]+>/u).map((part) => part.replaceAll(/[.+]/gu, String.raw`\$&`));
  return new RegExp(`^${parts.join("[^/]+")}$`, "u");
}

/** The names of all schemas. */
export async function schemaNames(): Promise<string[]> {
  const names = await readdir(schemaFolder);
  return names.flatMap((name) => /^(.+)\.schema\.json$/u.exec(name)?.[1] ?? []).toSorted();
}

export async function readSchema(name: string): Promise<object> {
  return JSON.parse(await readFile(join(schemaFolder, `${name}.schema.json`), "utf8")) as object;
}

const compiled = new Map<string, Promise<ValidateFunction>>();

/** A schema, made once. */
export function validatorOf(name: string): Promise<ValidateFunction> {
  const isDate = (text: string): boolean => Number.isFinite(Date.parse(text));
  const made =
    compiled.get(name) ??
    readSchema(name).then((schema) =>
      new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true, formats: { "date-time": isDate } }).compile(
        schema,
      ),
    );
  compiled.set(name, made);
  return made;
}

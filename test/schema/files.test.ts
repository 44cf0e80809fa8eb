import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Command } from "commander";
import { beforeAll, describe, expect, it } from "vitest";

import { commands } from "../../src/cli/command/index.ts";
import type { CommandContext } from "../../src/cli/command/index.ts";
import { openScene, type Witness } from "./scene.ts";
import { data, machine, scoring } from "./scenes/data.ts";
import { evaluation, history, trouble } from "./scenes/evaluation.ts";
import { people } from "./scenes/people.ts";
import { load, models } from "./scenes/served.ts";
import { ownTraining, watchedTraining } from "./scenes/training.ts";
import { readSchema, readTables, schemaNames, validatorOf, type Tables } from "./tables.ts";

const tables: Tables = await readTables();
const names = await schemaNames();
const witness: Witness = { tables, seen: new Map(), rows: new Set() };

/** Written in Python: see trainer-files.test.ts. */
const ELSEWHERE = new Set(["trainer-log", "trainer-result"]);

const scenes = {
  evaluation,
  trouble,
  history,
  people,
  models,
  load,
  "a training": ownTraining,
  "somebody else's training": watchedTraining,
  data,
  scoring,
  machine,
};

describe("the tables of what evalh writes and prints", () => {
  it("name every schema, and no other", () => {
    const named = [...tables.files, ...tables.printed].map(({ schema }) => schema);
    expect([...new Set(named)].toSorted()).toEqual(names);
  });

  it("name every command that prints JSON", async () => {
    const printing: string[] = [];
    for (const [name, { load: loadCommand }] of Object.entries(commands)) {
      const command = new Command(name);
      const context: CommandContext = {
        io: { stdout: process.stdout, stderr: process.stderr, env: {}, exitNow: () => undefined },
        finish: () => undefined,
        wholeProgram: () => Promise.resolve(command),
      };
      (await loadCommand()).configure(command, context);
      printing.push(...jsonOptions(command, name));
    }
    expect(printing.length).toBeGreaterThan(20);
    const listed = new Set(tables.printed.map((row) => row.name));
    expect(printing.filter((each) => !listed.has(each))).toEqual([]);
  });
});

function jsonOptions(command: Command, path: string): string[] {
  const own = command.options.flatMap(({ long }) =>
    long === "--json" || long === "--jsonl" ? [`${path} ${long}`] : [],
  );
  return [...own, ...command.commands.flatMap((inner) => jsonOptions(inner, `${path} ${inner.name()}`))];
}

describe("what evalh really writes and prints fits its schemas", () => {
  it.each(Object.entries(scenes))("%s", { timeout: 300_000 }, async (_, play) => {
    expect(await play(witness)).toEqual([]);
  });

  it("every row of the tables came to be", () => {
    const missing = [...tables.files, ...tables.printed].filter(
      ({ name, schema }) => !witness.rows.has(name) && !ELSEWHERE.has(schema),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});

describe("a schema", () => {
  it.each(names)(
    "%s says of every object whether it may have further members, and of every number what it is",
    async (name) => {
      const loose: string[] = [];
      findLoose(await readSchema(name), "", loose);
      expect(loose).toEqual([]);
    },
  );

  it.each(names.filter((name) => !ELSEWHERE.has(name)))("%s finds what is wrong", async (name) => {
    const validate = await validatorOf(name);
    const [seen] = witness.seen.get(name) ?? [];
    const value = (Array.isArray(seen) ? (seen as unknown[])[0] : seen) as Record<string, unknown>;
    const isWrong = (wrong: unknown): boolean => !validate(Array.isArray(seen) ? [wrong] : wrong);
    expect(validate(seen)).toBe(true);
    expect(isWrong({}), "nothing in it").toBe(true);
    expect(isWrong({ ...value, unheard_of: { of: 1 } }), "a member too many").toBe(true);
    for (const key of Object.keys(value)) {
      // Members that may be any object cannot be wrong as one.
      const isObject = typeof value[key] === "object" && value[key] !== null;
      const wrong = isObject ? "no such thing" : { no: "such thing" };
      expect(isWrong({ ...value, [key]: wrong }), key).toBe(true);
    }
  });
});

function findLoose(node: unknown, path: string, found: string[]): void {
  if (typeof node !== "object" || node === null) return;
  const { type, properties, additionalProperties, description, minimum } = node as Record<string, unknown>;
  if (type === "object" && properties !== undefined && additionalProperties === undefined) found.push(path);
  const isMember = /\/properties\/[^/]+$/u.test(path);
  const isNumber = [type].flat().some((each) => each === "number" || each === "integer");
  if (isMember && isNumber && description === undefined && minimum === undefined) found.push(path);
  for (const [key, inner] of Object.entries(node)) findLoose(inner, `${path}/${key}`, found);
}

describe("the look at files", () => {
  const own: Witness = { tables, seen: new Map(), rows: new Set() };
  let run = "";
  let problems: readonly string[] = [];

  beforeAll(async () => {
    await using scene = await openScene(own, { rows: 2, foreign: /^checkpoints\// });
    await scene.run("run", "suite.yaml", "--quiet", "--no-report");
    await scene.look();
    expect(scene.problems).toEqual([]);
    const [manifest] = (own.seen.get("run") ?? []) as { id: string }[];
    run = `.evalh/runs/${manifest?.id}`;
    await writeFile(join(scene.folder, run, "planted.jsonl"), '{"a":1}\n');
    await appendFile(
      join(scene.folder, run, "events.jsonl"),
      '{"at":"2026-01-01T00:00:00Z","type":"warning","message":1}\n',
    );
    await scene.look();
    problems = scene.problems;
  });

  it("finds a file that no row names", () => {
    expect(problems).toContain(`${run}/planted.jsonl has no row in the tables`);
  });

  it("finds a line that does not fit", () => {
    expect(problems).toHaveLength(2);
    expect(problems.find((each) => each.startsWith(`${run}/events.jsonl, value`))).toContain("/message must be string");
  });
});

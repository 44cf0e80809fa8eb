import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import { trimPythonEnd } from "../../../judges/overlap/python-space.ts";
import { EvalhError, messageOf } from "../../core/errors.ts";
import type { Given } from "./flags.ts";

/** Hypotheses of one system. */
export interface System {
  readonly name: string;
  readonly lines: readonly string[];
}

export interface Streams {
  readonly systems: readonly System[];
  /** One list a reference. */
  readonly references: readonly (readonly string[])[];
  /** Messages on what was read. */
  readonly notes: readonly string[];
}

/**
 * Reads references and hypotheses as sacrebleu's command line does: lines end with a line feed, white space at their ends
 * is dropped, files ending in .gz are compressed.
 * @throws EvalhError E_USAGE, E_DATASET
 */
export async function readStreams(given: Given): Promise<Streams> {
  const encoding = given.text("encoding") ?? "utf-8";
  const references = await readReferences(given, encoding);
  const { systems, notes } = await readSystems(given, encoding);
  for (const { name, lines } of systems) {
    if (lines.length === 0) throw new EvalhError("E_DATASET", `${name} holds no segment`);
    const other = references.findIndex((list) => list.length !== lines.length);
    if (other < 0) continue;
    throw new EvalhError(
      "E_DATASET",
      `${name} has ${lines.length} segments, but reference ${other + 1} has ${references[other]?.length ?? 0}`,
      { hint: "every file needs one line a segment, in the same order" },
    );
  }
  return { systems, references, notes };
}

async function readReferences(given: Given, encoding: string): Promise<string[][]> {
  const files = given.references;
  const count = given.number("numRefs", 1, 1);
  if (files.length === 0) {
    throw new EvalhError("E_USAGE", "which references?", {
      hint: "give their files before -i: `evalh sacrebleu REFERENCE -i OUTPUT`. The test sets of sacrebleu's -t are not known here",
    });
  }
  if (count > 1 && files.length > 1) {
    throw new EvalhError("E_USAGE", "--num-refs splits the lines of one file of references, not of several");
  }
  const lists: string[][] = [];
  for (const file of files) {
    const lines = await readLines(file, encoding);
    if (count === 1) lists.push(lines);
    else lists.push(...splitLines(lines, { count, file }));
  }
  return lists;
}

function splitLines(lines: readonly string[], { count, file }: { count: number; file: string }): string[][] {
  const lists = Array.from({ length: count }, (): string[] => []);
  for (const [index, line] of lines.entries()) {
    const fields = line.split("\t");
    if (fields.length < count) {
      throw new EvalhError("E_DATASET", `expected ${count} references, separated by tabs, but found ${fields.length}`, {
        place: { file, line: index + 1 },
      });
    }
    const last = fields.slice(count - 1).join("\t");
    for (const [at, list] of lists.entries()) list.push(at === count - 1 ? last : (fields[at] as string));
  }
  return lists;
}

async function readSystems(given: Given, encoding: string): Promise<Pick<Streams, "systems" | "notes">> {
  const files = given.list("input");
  const isPaired = given.has("pairedAr") || given.has("pairedBs");
  if (files === undefined) return { systems: fromTabs(await readLines("-", encoding), isPaired), notes: [] };
  const systems: System[] = [];
  const notes: string[] = [];
  for (const file of files) {
    if (!systems.some(({ name }) => name === file)) {
      systems.push({ name: file, lines: await readLines(file, encoding) });
    } else if (isPaired && file === systems[0]?.name) {
      notes.push(`${file} is left out: it is the baseline`);
    } else {
      throw new EvalhError("E_USAGE", `${file} is given twice`);
    }
  }
  const [baseline, ...others] = systems;
  if (baseline === undefined) throw new EvalhError("E_USAGE", "--input needs a file");
  if (!isPaired) return { systems, notes };
  return { systems: [{ ...baseline, name: `Baseline: ${baseline.name}` }, ...others], notes };
}

/** Standard input may hold several systems, separated by tabs. */
function fromTabs(lines: readonly string[], isPaired: boolean): System[] {
  const count = (lines[0] ?? "").split("\t").length;
  const columns = Array.from({ length: count }, (): string[] => []);
  for (const [index, line] of lines.entries()) {
    const fields = line.split("\t");
    if (fields.length !== count) {
      throw new EvalhError("E_DATASET", `expected ${count} outputs, separated by tabs, but found ${fields.length}`, {
        place: { file: "standard input", line: index + 1 },
      });
    }
    for (const [at, field] of fields.entries()) columns[at]?.push(trimPythonEnd(field));
  }
  return columns.map((column, index) => ({
    name: isPaired ? (index === 0 ? "Baseline" : `System ${index}`) : `System ${index + 1}`,
    lines: column,
  }));
}

async function readLines(file: string, encoding: string): Promise<string[]> {
  const shown = file === "-" ? "standard input" : file;
  let text: string;
  try {
    const bytes = file === "-" ? await buffer(process.stdin) : await readFile(file);
    const plain = file.endsWith(".gz") ? await promisify(gunzip)(bytes) : bytes;
    text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(plain);
  } catch (error) {
    const message = error instanceof RangeError ? `the encoding "${encoding}" is not known` : messageOf(error);
    throw new EvalhError("E_DATASET", `cannot read ${shown}: ${message}`, { cause: error });
  }
  const lines = text.split("\n");
  // The line feed ends the last line and begins none.
  if (lines.at(-1) === "") lines.pop();
  return lines.map(trimPythonEnd);
}

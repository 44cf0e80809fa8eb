import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What make_tiny_zoo.py has computed with transformers alone. */
export interface Expected {
  readonly texts: readonly string[];
  readonly labels: readonly string[];
  readonly endings: readonly string[];
  readonly captions: readonly string[];
  readonly causal: {
    readonly texts: Record<string, string>;
    readonly scores: Record<string, readonly number[]>;
    readonly adapters: Record<string, Record<string, number>>;
  };
  readonly classifier: Record<string, readonly number[]>;
  readonly "multiple-choice": Record<string, readonly number[]>;
  readonly "image-text": Record<string, readonly number[]>;
  readonly seq2seq: { readonly texts: Record<string, string>; readonly scores: Record<string, number> };
}

/** Tiny models of every kind in a new folder. */
export async function makeZoo(python: string): Promise<{ readonly folder: string; readonly expected: Expected }> {
  const folder = await mkdtemp(join(tmpdir(), "evalh-zoo-"));
  const program = join(import.meta.dirname, "../fixtures/models/make_tiny_zoo.py");
  execFileSync(python, [program, folder], { stdio: ["ignore", "ignore", "pipe"] });
  return { folder, expected: JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Expected };
}

/** Writes a program to use as a Python, which runs some lines before the worker: faults to inject. */
export async function writeWrapper(path: string, python: string, lines: readonly string[]): Promise<void> {
  const opening = [`#!${python}`, "import os, runpy, signal, sys", 'sys.path.insert(0, sys.argv[1].rsplit("/", 1)[0])'];
  const closing = ["sys.argv = sys.argv[1:]", 'runpy.run_path(sys.argv[0], run_name="__main__")', ""];
  await writeFile(path, [...opening, ...lines, ...closing].join("\n"));
  await chmod(path, 0o755);
}

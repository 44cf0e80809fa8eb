import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { makeProject, type Project, type ProjectOptions } from "../cli/project.ts";

/** What transformers and PEFT have answered, by the rows' ids. */
export interface ExpectedLlama {
  readonly texts: Readonly<Record<string, string>>;
  /** Of each token written, the end's too. */
  readonly logprobs: Readonly<Record<string, readonly number[]>>;
  /** Of " red", " green" and " blue". */
  readonly choices: Readonly<Record<string, readonly number[]>>;
  /** Texts with an adapter. */
  readonly adapters: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Rows of data.jsonl. */
export const ROWS = 36;
/** A task that writes and one that picks by log-probability. */
export const WRITE = `  - task: write
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 12, temperature: 0 }
    judges: [exact_match]
`;
export const PICK = `  - task: pick
    kind: choice
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ pick }}"
    choices: [red, green, blue]
    judges: [accuracy]
`;

/** A new project with a tiny Llama in every format: make_tiny_llama.py says which files there are. */
export async function makeLlamaProject(
  python: string,
  options: ProjectOptions,
): Promise<{ readonly project: Project; readonly expected: ExpectedLlama }> {
  const made = await mkdtemp(join(tmpdir(), "evalh-tiny-llama-"));
  const program = join(import.meta.dirname, "../fixtures/models/make_tiny_llama.py");
  const env = { ...process.env, OMP_NUM_THREADS: "1" };
  execFileSync(python, [program, made], { stdio: ["ignore", "ignore", "pipe"], env });
  const project = await makeProject(options);
  await rm(join(project.folder, "checkpoints"), { recursive: true });
  await cp(made, project.folder, { recursive: true });
  await rm(made, { recursive: true });
  const expected = JSON.parse(readFileSync(join(project.folder, "expected.json"), "utf8")) as ExpectedLlama;
  return { project, expected };
}

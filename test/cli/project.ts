import { spawn, type ChildProcess } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const tinyModel = fileURLToPath(new URL("../fixtures/models/tiny-lm/", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a suite, data and two checkpoints of a tiny language model, removed when it goes out of scope. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  write(name: string, text: string): Promise<void>;
  /** Starts the real command line in the folder. */
  start(...args: string[]): ChildProcess;
  run(...args: string[]): Promise<Finished>;
}

export const SUITE = `suite: quiz
version: 1
tasks:
  - task: continue
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 4, temperature: 0 }
    judges: [exact_match, rouge]
    slices: [kind]
  - task: pick
    kind: choice
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ pick }}"
    choices: [red, green, blue]
    judges: [accuracy]
models:
  - model: tiny
    backend: onnx
    checkpoints: checkpoints/
`;

export interface ProjectOptions {
  readonly rows?: number;
  readonly suite?: string;
  /** Further environment of the command line. */
  readonly env?: Readonly<Record<string, string>>;
}

export async function makeProject(options: ProjectOptions = {}): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), "evalh-cli-"));
  for (const step of [10, 20]) {
    await mkdir(join(folder, "checkpoints"), { recursive: true });
    await cp(tinyModel, join(folder, "checkpoints", `checkpoint-${step}`), { recursive: true });
  }
  const rows = Array.from({ length: options.rows ?? 12 }, (_, i) => ({
    id: `q${i}`,
    text: `the colour of thing ${i} is`,
    answer: `shade ${i}`,
    pick: ["red", "green", "blue"][i % 3],
    kind: i % 2 === 0 ? "even" : "odd",
  }));
  await writeFile(join(folder, "data.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await writeFile(join(folder, "suite.yaml"), options.suite ?? SUITE);
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [main, ...args], { cwd: folder, env: { ...process.env, NO_COLOR: "1", ...options.env } });
  return {
    folder,
    write: (name, text) => writeFile(join(folder, name), text),
    start,
    run: (...args) => finished(start(...args)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Starts the real command line in a folder, with more in its environment. */
export function startEvalh(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, NO_COLOR: "1", ...env } });
}

/** The same to its end. */
export function runEvalh(...start: Parameters<typeof startEvalh>): Promise<Finished> {
  return finished(startEvalh(...start));
}

export async function finished(child: ChildProcess): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, stdout, stderr };
}

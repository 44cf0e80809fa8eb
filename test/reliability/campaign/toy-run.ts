import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import type { Backend, BackendModule } from "../../../src/core/backend.ts";
import { execute } from "../../../src/run/execute.ts";
import { prepareRun, resolveSuite, resumeRun, type PreparedRun, type Resolved } from "../../../src/run/prepare.ts";
import { lockRun } from "../../../src/run/store/lock.ts";
import { writeManifest } from "../../../src/run/store/run-folder.ts";
import { loadSuite } from "../../../src/suite/load.ts";
import type { Suite } from "../../../src/suite/suite.ts";

const SUITE = `suite: toy
version: 1
tasks:
  - task: echo
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 8 }
    judges: [exact_match]
`;

const NOWHERE = 'models: [{ model: served, backend: openai, url: "http://127.0.0.1:9/v1" }]\n';

/** Answers at once, in this process, with a part of the prompt: the answer tells whose it is. */
const echo: Backend = {
  name: "echo",
  version: "1",
  capabilities: { generate: true, loglikelihood: false },
  batchSize: 4,
  concurrency: 2,
  lengthOf: (prompt) => prompt.length,
  async *generate(requests) {
    // Now and then it takes a moment, so that the answers go to the disk in several writes.
    if (requests.some(({ prompt }) => prompt.endsWith("5"))) await setTimeout(2);
    for (const { index, prompt } of requests) {
      yield { index, kind: "done", value: { text: `${prompt.slice(-12)} – ü`, finish: "stop" } };
    }
  },
  async *loglikelihood() {
    // This backend says that it cannot.
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

const echoModule: BackendModule = {
  name: "echo",
  summary: "",
  target: "url",
  options: {},
  create: () => Promise.resolve(echo),
};

/** A suite whose runs need no server and no model: all of the engine and the store, nothing else. */
export interface Toy extends AsyncDisposable {
  readonly folder: string;
  readonly suite: Suite;
  readonly resolved: Resolved;
  /** Where runs go. */
  readonly root: string;
}

export interface ToyOptions {
  /** What answers; this process by default. */
  readonly backend?: BackendModule;
  /** The suite's models, as YAML. */
  readonly models?: string;
}

export async function makeToy(
  samples: number,
  { backend = echoModule, models = NOWHERE }: ToyOptions = {},
): Promise<Toy> {
  const folder = await mkdtemp(join(tmpdir(), "evalh-toy-"));
  const rows = Array.from({ length: samples }, (_, i) => ({
    id: `q${i}`,
    text: `question number ${i}`,
    answer: `${i}`,
  }));
  await writeFile(join(folder, "data.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  await writeFile(join(folder, "suite.yaml"), SUITE + models);
  const suite = await loadSuite(join(folder, "suite.yaml"));
  const found = await resolveSuite(suite);
  return {
    folder,
    suite,
    resolved: { ...found, checkpoints: found.checkpoints.map((planned) => ({ ...planned, backend })) },
    root: join(folder, "runs"),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function startToy({ suite, resolved, root }: Toy): Promise<PreparedRun> {
  return prepareRun(suite, resolved, { root, evalh: "test" });
}

/** One attempt at a run under its lock, as `evalh run` makes it; `told` counts what is acknowledged, even if it throws. */
export async function attempt(
  run: PreparedRun,
  told: (done: number, failed: number) => void = () => undefined,
): Promise<void> {
  const never = new AbortController().signal;
  await using _lock = await lockRun(run.folder);
  const result = await execute({
    folder: run.folder,
    units: run.units,
    checkpoints: run.checkpoints,
    concurrency: null,
    stop: never,
    abort: never,
    emit: (event) => event.type === "samples-done" && told(event.count - event.failed, event.failed),
    onBackend: () => undefined,
  });
  await writeManifest(run.folder, { ...run.manifest, state: result.state });
}

export async function resumeToy({ suite, resolved }: Toy, folder: string): Promise<PreparedRun> {
  return resumeRun(suite, resolved, { folder, evalh: "test" });
}

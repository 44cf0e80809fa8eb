/**
 * One run of the engine, from dataset to comparison, with a backend that answers at once without a server.
 * Usage: node run-trivial.ts FOLDER (which holds suite.yaml and data.jsonl)
 */
import { join } from "node:path";

import { keepNurserySmall } from "../../src/cli/heap.ts";
import { compareRun } from "../../src/compare/compare.ts";
import type { Backend, BackendModule } from "../../src/core/backend.ts";
import { execute } from "../../src/run/execute.ts";
import { prepareRun, resolveSuite } from "../../src/run/prepare.ts";
import { writeManifest } from "../../src/run/store/run-folder.ts";
import { loadSuite } from "../../src/suite/load.ts";

keepNurserySmall();
const [folder = ""] = process.argv.slice(2);

const backend: Backend = {
  name: "trivial",
  version: "1",
  capabilities: { generate: true, loglikelihood: false },
  batchSize: 32,
  concurrency: 2,
  lengthOf: (prompt) => prompt.length,
  async *generate(requests) {
    for (const { index, prompt } of requests)
      yield { index, kind: "done", value: { text: prompt.slice(-1), finish: "stop" } };
  },
  async *loglikelihood() {
    // This backend says that it cannot.
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
const trivial: BackendModule = {
  name: "trivial",
  summary: "",
  target: "url",
  options: {},
  create: () => Promise.resolve(backend),
};

const suite = await loadSuite(join(folder, "suite.yaml"));
const resolved = await resolveSuite(suite);
const run = await prepareRun(suite, resolved, { root: join(folder, "runs"), evalh: "bench" });
const never = new AbortController().signal;
const result = await execute({
  folder: run.folder,
  units: run.units,
  checkpoints: run.checkpoints.map((planned) => ({ ...planned, backend: trivial })),
  concurrency: null,
  stop: never,
  abort: never,
  emit: () => undefined,
  onBackend: () => undefined,
});
await writeManifest(run.folder, { ...run.manifest, state: result.state });
const comparison = await compareRun(run.folder);
console.log(JSON.stringify({ state: result.state, n: comparison.cells["echo/exact_match"]?.[0]?.estimate?.n ?? 0 }));

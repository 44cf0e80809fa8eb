/**
 * Makes a run of which all but a few samples are done, as the engine makes it, with a backend that answers at once.
 * Usage: node prepare-run.ts FOLDER LEFT (FOLDER holds suite.yaml and its data)
 */
import { join } from "node:path";

import { keepNurserySmall } from "../../src/cli/heap.ts";
import { version } from "../../src/cli/version.ts";
import type { Backend, BackendModule } from "../../src/core/backend.ts";
import { execute } from "../../src/run/execute.ts";
import { prepareRun, resolveSuite } from "../../src/run/prepare.ts";
import { writeManifest } from "../../src/run/store/run-folder.ts";
import { loadSuite } from "../../src/suite/load.ts";

keepNurserySmall();
const [folder = "", left = "1000"] = process.argv.slice(2);
const stop = new AbortController();

const backend: Backend = {
  name: "trivial",
  version: "1",
  capabilities: { generate: true, loglikelihood: false },
  batchSize: 1,
  concurrency: 2,
  lengthOf: (prompt) => prompt.length,
  async *generate(requests) {
    for (const { index, prompt } of requests) {
      yield { index, kind: "done", value: { text: prompt.slice(-1), finish: "stop" } };
    }
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
const run = await prepareRun(suite, resolved, { root: join(folder, "runs"), evalh: version() });
const total = run.manifest.units.reduce((sum, { n }) => sum + n, 0);
let done = 0;
const result = await execute({
  folder: run.folder,
  units: run.units,
  checkpoints: run.checkpoints.map((planned) => ({ ...planned, backend: trivial })),
  concurrency: null,
  stop: stop.signal,
  abort: new AbortController().signal,
  emit: (event) => {
    if (event.type === "samples-done") done += event.count;
    if (done >= total - Number(left)) stop.abort();
  },
  onBackend: () => undefined,
});
await writeManifest(run.folder, { ...run.manifest, state: result.state });
console.log(JSON.stringify({ folder: run.folder, done, total }));

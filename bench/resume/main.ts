/**
 * How long `evalh run --resume` takes from its start to the first request, in a run of a million samples of which some
 * are missing. `npm run build` first. --record FILE keeps the figures.
 */
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { machine, measure, median } from "../measure.ts";

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "1000000" },
    left: { type: "string", default: "1000" },
    repeats: { type: "string", default: "5" },
    /** Keeps the folder, to look at a run that takes too long. */
    keep: { type: "boolean", default: false },
    record: { type: "string" },
  },
});
const evalh = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
const prepare = fileURLToPath(new URL("prepare-run.ts", import.meta.url));

async function writeProject(folder: string, samples: number, port: number): Promise<void> {
  const data = createWriteStream(join(folder, "data.jsonl"));
  for (let i = 0; i < samples; i++) {
    if (!data.write(`{"id":"q${i}","text":"sample number ${i} ends with ${i % 10}","answer":"${i % 7}"}\n`))
      await once(data, "drain");
  }
  data.end();
  await finished(data);
  writeFileSync(
    join(folder, "suite.yaml"),
    `suite: resume
version: 1
tasks:
  - task: echo
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ text }}"
    references: "{{ answer }}"
    generate: { max_tokens: 4 }
    judges: [exact_match]
models: [{ model: served, backend: openai, url: "http://127.0.0.1:${port}/v1", options: { model: m } }]
`,
  );
}

/** Never answers a question; tells when the first is there. What else is asked, who it is and what it has, it refuses. */
let asked: () => void = () => undefined;
const server = createServer((request, response) => {
  if (request.method === "POST") asked();
  else response.writeHead(404).end();
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

async function resumeOnce(folder: string, run: string): Promise<number> {
  const first = new Promise<number>((resolve) => (asked = () => resolve(performance.now())));
  const started = performance.now();
  const child = spawn(process.execPath, [evalh, "run", "suite.yaml", "--resume", run, "--no-cache"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, "exit").then(() => {
    throw new Error(`evalh ended before it asked anything:\n${stderr}`);
  });
  const seconds = ((await Promise.race([first, ended])) - started) / 1000;
  ended.catch(() => undefined);
  child.kill("SIGKILL");
  await once(child, "exit");
  return seconds;
}

const folder = mkdtempSync(join(tmpdir(), "evalh-resume-"));
try {
  await writeProject(folder, Number(values.samples), port);
  const made = await measure(process.execPath, [prepare, folder, values.left]);
  const { folder: run, done, total } = JSON.parse(made.stdout) as { folder: string; done: number; total: number };
  const seconds: number[] = [];
  for (let i = 0; i < Number(values.repeats); i++) seconds.push(await resumeOnce(folder, run));
  const round = (value: number): number => Math.round(value * 100) / 100;
  const result = {
    machine: machine(),
    samples: total,
    done,
    seconds_to_first_request: round(median(seconds)),
    all: seconds.map(round),
  };
  console.log(result);
  if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  server.closeAllConnections();
  server.close();
  if (values.keep) console.log(folder);
  else rmSync(folder, { recursive: true, force: true });
}

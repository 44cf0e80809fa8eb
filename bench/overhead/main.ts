/**
 * What the harness costs: CPU of `evalh run` over CPU of a bare loop that does the same requests and appends, in turns,
 * against a local server in a process of its own. Prints the ratio; --record FILE keeps the figures.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { machine, measure, median, type Usage } from "../measure.ts";

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "20000" },
    rounds: { type: "string", default: "3" },
    delay: { type: "string", default: "0" },
    record: { type: "string" },
  },
});
const samples = Number(values.samples);
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "evalh-bench-"));
const server = spawn(process.execPath, [here("server.ts"), "--delay", values.delay], {
  stdio: ["ignore", "pipe", "inherit"],
});
const baseUrl = await new Promise<string>((resolve) =>
  server.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())),
);

const rows = Array.from({ length: samples }, (_, i) =>
  JSON.stringify({ id: `q${i}`, question: `What is ${i} plus ${i + 1}?`, answer: String(2 * i + 1) }),
);
writeFileSync(join(folder, "data.jsonl"), `${rows.join("\n")}\n`);
writeFileSync(
  join(folder, "suite.yaml"),
  `suite: overhead
version: 1
tasks:
  - task: sums
    dataset: { path: data.jsonl, id: id }
    prompt: "{{ question }}"
    references: "{{ answer }}"
    generate: { max_tokens: 16, temperature: 0, stop: ["\\n"] }
    judges: [exact_match]
models:
  - model: served
    backend: openai
    url: ${baseUrl}
    options: { api: completions, model: bench }
`,
);

const evalh = here("../../dist/src/cli/main.js");
const bare: Usage[] = [];
const harness: Usage[] = [];
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    bare.push(
      await measure(process.execPath, [
        here("bare-loop.ts"),
        baseUrl,
        join(folder, "data.jsonl"),
        join(folder, `bare-${round}.jsonl`),
      ]),
    );
    harness.push(
      await measure(process.execPath, [
        evalh,
        "run",
        join(folder, "suite.yaml"),
        "--concurrency",
        "64",
        "--no-report",
        "--quiet",
        "--json",
        "--output",
        join(folder, "runs"),
      ]),
    );
  }
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

const of = (list: readonly Usage[]): object => ({
  cpu_ms_per_sample: Number(((median(list.map((each) => each.cpuSeconds)) / samples) * 1000).toFixed(4)),
  samples_per_second: Math.round(samples / median(list.map((each) => each.wallSeconds))),
  peak_mb: Math.round(Math.max(...list.map((each) => each.peakMegabytes))),
});
const ratio = median(harness.map((each, index) => each.cpuSeconds / (bare[index]?.cpuSeconds ?? NaN)));
const result = {
  machine: machine(),
  samples,
  delay_ms: Number(values.delay),
  rounds: harness.length,
  bare: of(bare),
  evalh: of(harness),
  cpu_ratio: Number(ratio.toFixed(3)),
};
console.log(JSON.stringify(result, null, 2));
console.log(`CPU ratio to the bare loop: ${ratio.toFixed(2)}`);
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);

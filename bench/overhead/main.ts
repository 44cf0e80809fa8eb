/**
 * What the harness costs: `evalh run` against a bare loop that does the same requests and appends, in turns, over a local
 * server in a process of its own. CPU a sample where the server answers at once; where it takes its time, the share of
 * the ceiling (concurrency ÷ delay) that is reached, by the whole command with start, judging and comparison, and while
 * it asks. Prints JSON; --record FILE keeps it. --only NAME measures one case, --scale 0.1 takes a tenth of the samples.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { machine, measure, median, type Usage } from "../measure.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "3" },
    scale: { type: "string", default: "1" },
    record: { type: "string" },
  },
});

interface Case {
  readonly name: string;
  readonly samples: number;
  readonly concurrency: number;
  /** Milliseconds the server takes. */
  readonly delay: number;
}

const CASES: readonly Case[] = [
  { name: "cpu-64", samples: 20_000, concurrency: 64, delay: 0 },
  { name: "cpu-1024", samples: 20_000, concurrency: 1024, delay: 0 },
  { name: "ceiling-64", samples: 20_000, concurrency: 64, delay: 50 },
  // Two seconds, as a short answer of a busy language model takes: the ceiling is the server's and not the machine's.
  { name: "ceiling-1024", samples: 20_480, concurrency: 1024, delay: 2000 },
];

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const evalh = here("../../dist/src/cli/main.js");

/** What one run of evalh used, and for how long it asked. */
type Harness = Usage & { readonly askingSeconds: number };

async function startServer(delay: number): Promise<{ readonly baseUrl: string; readonly stop: () => void }> {
  const server = spawn(process.execPath, [here("server.ts"), "--delay", String(delay)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const baseUrl = await new Promise<string>((resolve) =>
    server.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())),
  );
  return { baseUrl, stop: () => server.kill() };
}

function writeSuite(folder: string, samples: number, baseUrl: string): void {
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
}

async function runHarness(folder: string, concurrency: number, round: number): Promise<Harness> {
  const root = join(folder, `runs-${round}`);
  const flags = [
    "--concurrency",
    String(concurrency),
    "--no-report",
    "--no-cache",
    "--quiet",
    "--json",
    "--output",
    root,
  ];
  const usage = await measure(process.execPath, [evalh, "run", join(folder, "suite.yaml"), ...flags]);
  const [run = ""] = readdirSync(root);
  const manifest = JSON.parse(readFileSync(join(root, run, "run.json"), "utf8")) as {
    readonly attempts: readonly { readonly seconds: number }[];
  };
  return { ...usage, askingSeconds: manifest.attempts[0]?.seconds ?? Number.NaN };
}

/** Bare loop and harness in turns. */
async function measureCase({ concurrency, delay }: Case, samples: number): Promise<readonly [Usage[], Harness[]]> {
  const folder = mkdtempSync(join(tmpdir(), "evalh-bench-"));
  const { baseUrl, stop } = await startServer(delay);
  const bare: Usage[] = [];
  const harness: Harness[] = [];
  try {
    writeSuite(folder, samples, baseUrl);
    for (let round = 0; round < Number(values.rounds); round++) {
      const output = join(folder, `bare-${round}.jsonl`);
      const args = [here("bare-loop.ts"), baseUrl, join(folder, "data.jsonl"), output, String(concurrency)];
      bare.push(await measure(process.execPath, args));
      harness.push(await runHarness(folder, concurrency, round));
    }
  } finally {
    stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return [bare, harness];
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

function figures(list: readonly Usage[], samples: number): object {
  return {
    cpu_ms_per_sample: round((median(list.map((each) => each.cpuSeconds)) / samples) * 1000, 4),
    samples_per_second: Math.round(samples / median(list.map((each) => each.wallSeconds))),
    peak_mb: Math.round(Math.max(...list.map((each) => each.peakMegabytes))),
  };
}

/** Shares of the ceiling: the most that can be asked in a second is concurrency ÷ delay. */
function shares(each: Case, samples: number, [bare, harness]: readonly [Usage[], Harness[]]): object {
  if (each.delay === 0) return {};
  const ceiling = (each.concurrency / each.delay) * 1000;
  const share = (seconds: readonly number[]): number => round(samples / median(seconds) / ceiling, 3);
  return {
    ceiling_samples_per_second: ceiling,
    bare_share: share(bare.map(({ wallSeconds }) => wallSeconds)),
    evalh_share: share(harness.map(({ wallSeconds }) => wallSeconds)),
    evalh_share_while_asking: share(harness.map(({ askingSeconds }) => askingSeconds)),
  };
}

const results: object[] = [];
for (const each of CASES.filter(({ name }) => values.only === undefined || name === values.only)) {
  const samples = Math.round(each.samples * Number(values.scale));
  const measured = await measureCase(each, samples);
  const [bare, harness] = measured;
  const ratios = harness.map(({ cpuSeconds }, index) => cpuSeconds / (bare[index]?.cpuSeconds ?? Number.NaN));
  results.push({
    case: each.name,
    samples,
    concurrency: each.concurrency,
    delay_ms: each.delay,
    rounds: harness.length,
    bare: figures(bare, samples),
    evalh: figures(harness, samples),
    cpu_ratio: round(median(ratios), 3),
    ...shares(each, samples, measured),
  });
  console.error(JSON.stringify(results.at(-1)));
}
const result = { machine: machine(), cases: results };
console.log(JSON.stringify(result, null, 2));
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);

/**
 * How fast the text metrics are: each row in a process of its own, on texts generated from a seed, against sacrebleu and
 * rouge_score where a Python has them.
 *
 *   npm run bench:metrics -- [--pairs 20000] [--runs 3] [--rows bleu,rouge] [--python PATH] [--record FILE]
 *
 * Seconds are CPU seconds of the job alone (all threads; reading the texts is not in them), the median of the runs;
 * memory is the peak of the whole process.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { machine, median } from "../measure.ts";
import { rows } from "./rows.ts";
import type { Row } from "./rows.ts";
import { generatedTexts } from "./texts.ts";
import type { Texts } from "./texts.ts";

interface Measured {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMegabytes: number;
  readonly value: number;
}

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "20000" },
    runs: { type: "string", default: "3" },
    rows: { type: "string" },
    python: { type: "string", default: "python3" },
    record: { type: "string" },
    // Set for the processes that this one starts.
    row: { type: "string" },
    texts: { type: "string" },
  },
});

if (values.row === undefined) main();
else console.log(JSON.stringify(measured(values.row, values.texts ?? "")));

/** Runs a row in this process. */
function measured(name: string, path: string): Measured {
  const row = rows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  const job = row.prepare(JSON.parse(readFileSync(path, "utf8")) as Texts);
  const wall = performance.now();
  const before = process.cpuUsage();
  const value = job();
  const { user, system } = process.cpuUsage(before);
  return {
    cpuSeconds: (user + system) / 1e6,
    wallSeconds: (performance.now() - wall) / 1000,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    value,
  };
}

function main(): void {
  const pairs = Number(values.pairs);
  const python = referencePython(values.python);
  const chosen = values.rows === undefined ? rows : rows.filter(({ name }) => values.rows?.split(",").includes(name));
  const folder = mkdtempSync(join(tmpdir(), "evalh-bench-"));
  const results: Record<string, unknown>[] = [];
  try {
    console.log(machine());
    console.log(python === null ? `no reference: ${values.python} has no sacrebleu and rouge_score` : python.versions);
    console.log(`${"".padEnd(52)}${"pairs".padStart(7)}${"CPU s".padStart(9)}${"MB".padStart(7)}  reference`);
    for (const row of chosen) results.push(measureRow(row, { pairs, folder, python: python?.path ?? null }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (values.record !== undefined) {
    const recorded = {
      machine: machine(),
      reference: python?.versions ?? null,
      runs: Number(values.runs),
      rows: results,
    };
    writeFileSync(values.record, `${JSON.stringify(recorded, null, 2)}\n`);
  }
}

interface Setting {
  readonly pairs: number;
  readonly folder: string;
  readonly python: string | null;
}

function measureRow(row: Row, { pairs, folder, python }: Setting): Record<string, unknown> {
  const count = row.texts === "documents" ? Math.ceil(pairs / 4) : Math.min(pairs, row.most ?? pairs);
  const path = join(folder, `${row.name}.json`);
  const size = row.texts === "documents" ? { lines: 12, words: 22 } : { lines: 1, words: 22 };
  writeFileSync(path, JSON.stringify(generatedTexts({ pairs: count, seed: 1, ...size })));
  const main = fileURLToPath(import.meta.url);
  const script = fileURLToPath(new URL("reference.py", import.meta.url));
  const own: Measured[] = [];
  const reference: Measured[] = [];
  // In turns, so that a busy machine slows both.
  for (let run = 0; run < Number(values.runs); run++) {
    own.push(child(process.execPath, [main, "--row", row.name, "--texts", path]));
    if (python !== null) reference.push(child(python, [script, row.name, path]));
  }
  rmSync(path);
  const ours = summary(own);
  const theirs = reference.length === 0 ? null : summary(reference);
  const ratio = theirs === null ? null : theirs.cpuSeconds / ours.cpuSeconds;
  console.log(
    `${row.label.padEnd(52)}${String(count).padStart(7)}${ours.cpuSeconds.toFixed(3).padStart(9)}` +
      `${ours.peakMegabytes.toFixed(0).padStart(7)}  ${theirs === null ? "missing" : against(ours, theirs)}`,
  );
  return { row: row.name, label: row.label, pairs: count, ...ours, reference: theirs, ratio };
}

function against(ours: Measured, theirs: Measured): string {
  const off = Math.abs(ours.value - theirs.value) / Math.max(Math.abs(theirs.value), 1e-12);
  const value = off <= 1e-9 ? "same value" : `values differ: ${ours.value} and ${theirs.value}`;
  const times = (theirs.cpuSeconds / ours.cpuSeconds).toFixed(1);
  return `${theirs.cpuSeconds.toFixed(2)} s, ${theirs.peakMegabytes.toFixed(0)} MB: ${times} times as long; ${value}`;
}

function summary(runs: readonly Measured[]): Measured {
  return {
    cpuSeconds: median(runs.map((run) => run.cpuSeconds)),
    wallSeconds: median(runs.map((run) => run.wallSeconds)),
    peakMegabytes: Math.max(...runs.map((run) => run.peakMegabytes)),
    value: runs[0]?.value ?? Number.NaN,
  };
}

function child(program: string, args: readonly string[]): Measured {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} exited ${status}:\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Measured;
}

/** The Python and what it has, null where it lacks a reference implementation. */
function referencePython(path: string): { readonly path: string; readonly versions: string } | null {
  const script =
    "import platform, sacrebleu, numpy; from importlib.metadata import version; import rouge_score; " +
    "print(f'Python {platform.python_version()}, sacrebleu {sacrebleu.__version__}, " +
    'rouge_score {version("rouge_score")}, numpy {numpy.__version__}\')';
  const { status, stdout } = spawnSync(path, ["-c", script], { encoding: "utf8" });
  return status === 0 ? { path, versions: stdout.trim() } : null;
}

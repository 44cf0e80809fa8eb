/**
 * What watching costs: CPU of `evalh tui` on a run that another process writes at 1,000 answers a second, in a real
 * pseudo-terminal of several sizes. Prints the share of one core; --record FILE keeps the figures. Needs tmux.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { lockRun } from "../../src/run/store/lock.ts";
import { runFiles } from "../../src/run/store/run-folder.ts";
import { answerTo, makeRun, type MadeRun } from "../../test/fixtures/runs/make-run.ts";
import { machine } from "../measure.ts";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    sizes: { type: "string", default: "80x24,120x36,200x60" },
    view: { type: "string", default: "1" },
    record: { type: "string" },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const evalh = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
/** A tick of /proc/PID/stat. */
const TICKS_A_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
const WARM_UP_SECONDS = 3;
const WRITES_A_SECOND = 20;

const suite: MadeRun = {
  n: rate * (seconds + WARM_UP_SECONDS + 4),
  judges: ["exact_match", "rouge", "bleu"],
  checkpoints: [1, 2, 3, 4].map((step) => ({
    name: `checkpoint-${step}`,
    step,
    answer: (i) => (step === 1 ? `${answerTo(i % 7 === 0 ? i + 1 : i)} as it was given` : undefined),
  })),
  training: Array.from({ length: 200 }, (_, step) => ({
    step,
    trainLoss: 3 / (1 + step / 20),
    evalLoss: 3.2 / (1 + step / 25),
  })),
};

const written = await makeRun(suite);
const lines = (await readFile(runFiles.samples(written, "toy/checkpoint-1"), "utf8")).split("\n").slice(0, -1);
const results = [];
for (const size of values.sizes.split(",")) results.push(await measureSize(size));
rmSync(dirname(written), { recursive: true });
const result = { machine: machine(), answers_a_second: rate, view: values.view, sizes: results };
console.log(JSON.stringify(result, null, 2));
if (values.record !== undefined) writeFileSync(values.record, `${JSON.stringify(result, null, 2)}\n`);

interface Measured {
  readonly size: string;
  readonly idle_percent_of_a_core: number;
  readonly percent_of_a_core: number;
  readonly answers_shown: number;
  readonly resident_megabytes: number;
}

async function measureSize(size: string): Promise<Measured> {
  const folder = await makeRun({ ...suite, state: "running", checkpoints: suite.checkpoints.map(unanswered) });
  await using _lock = await lockRun(folder);
  const session = `evalh-bench-${process.pid}`;
  const [columns = "80", rows = "24"] = size.split("x");
  // A server of its own: nobody's settings, and nobody's sessions.
  const tmux = (...args: readonly string[]): string =>
    execFileSync("tmux", ["-L", session, "-f", "/dev/null", ...args], { encoding: "utf8" }).trim();
  tmux(
    "new-session",
    "-d",
    "-s",
    session,
    "-x",
    columns,
    "-y",
    rows,
    `exec ${process.execPath} ${evalh} tui ${folder}`,
  );
  try {
    const pid = Number(tmux("display-message", "-p", "-t", session, "#{pane_pid}"));
    while (!tmux("capture-pane", "-p", "-t", session).includes("checkpoint-1")) await setTimeout(200);
    await setTimeout(1_000);
    tmux("send-keys", "-t", session, values.view);
    const idle = await cpuShare(pid, () => setTimeout(3_000));
    const writing = replay(runFiles.samples(folder, "toy/checkpoint-1"));
    await setTimeout(WARM_UP_SECONDS * 1_000);
    const busy = await cpuShare(pid, () => setTimeout(seconds * 1_000));
    const resident = residentMegabytes(pid);
    writing.stop();
    await writing.done;
    return {
      size,
      idle_percent_of_a_core: idle,
      percent_of_a_core: busy,
      answers_shown: writing.count(),
      resident_megabytes: resident,
    };
  } finally {
    tmux("kill-server");
    rmSync(dirname(folder), { recursive: true });
  }
}

function unanswered<T extends MadeRun["checkpoints"][number]>(checkpoint: T): T {
  return { ...checkpoint, answer: () => undefined };
}

/** Appends stored answers at the wanted rate, as a run does. */
function replay(path: string): { readonly done: Promise<void>; stop(): void; count(): number } {
  const stopping = new AbortController();
  const block = rate / WRITES_A_SECOND;
  const started = performance.now();
  let sent = 0;
  const write = async (): Promise<void> => {
    while (!stopping.signal.aborted && sent < lines.length) {
      const due = Math.min(lines.length, Math.floor(((performance.now() - started) / 1000) * rate));
      if (due - sent >= block) {
        await appendFile(path, `${lines.slice(sent, due).join("\n")}\n`);
        sent = due;
      }
      await setTimeout(1_000 / WRITES_A_SECOND / 2);
    }
  };
  return { done: write(), stop: () => stopping.abort(), count: () => sent };
}

/** Percent of one core that a process uses while something lasts. */
async function cpuShare(pid: number, wait: () => Promise<unknown>): Promise<number> {
  const before = cpuSeconds(pid);
  const started = performance.now();
  await wait();
  return Math.round(((cpuSeconds(pid) - before) / ((performance.now() - started) / 1000)) * 1000) / 10;
}

/** User and system time of a process so far (proc(5), fields 14 and 15 of stat). */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /u, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

function residentMegabytes(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024);
}

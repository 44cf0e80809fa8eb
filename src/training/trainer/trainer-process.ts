import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

import { EvalhError, messageOf } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { trainingFiles, type TrainerCommand } from "./command-line.ts";
import { writeStopFile, type StopNote } from "./stop-file.ts";
import { endMarked, MARK, markedProcesses, send } from "./marked-processes.ts";

export interface StartOptions {
  readonly command: TrainerCommand;
  /** The training's output folder. */
  readonly output: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for a step and a checkpoint to end after a polite request; default two minutes. */
  readonly politeMs?: number;
  /** Milliseconds between SIGTERM and SIGKILL; default ten seconds. */
  readonly termMs?: number;
}

export interface TrainerExit {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines that it printed. */
  readonly tail: string;
  /** Processes it left behind, which were ended. */
  readonly orphans: number;
}

export interface RunningTrainer {
  readonly pid: number;
  /** Settles when it and all it started have ended. Never rejects. */
  readonly exited: Promise<TrainerExit>;
  /** Asks it to stop, insists after a while, and waits for its end. Further calls wait for the same end. */
  stop(request: StopRequest): Promise<TrainerExit>;
}

export interface StopRequest extends StopNote {
  /** Milliseconds before it is ended by force, instead of those that it was started with. */
  readonly politeMs?: number;
}

const POLITE_MS = 120_000;
const TERM_MS = 10_000;
/** A logger's own process may take this long to finish after its trainer. */
const ORPHAN_MS = 3_000;
const TAIL_BYTES = 4_000;
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGUSR1"] as const;

/**
 * Starts a trainer in a process group of its own, its output appended to the training's console.log. It outlives evalh
 * if evalh is killed: a training is worth more than its watcher.
 * @throws EvalhError E_USAGE if it cannot be started, E_RUN_LOCKED if one already runs in the folder
 */
export async function startTrainer(options: StartOptions): Promise<RunningTrainer> {
  const { command, output, env } = options;
  await mkdir(trainingFiles.folder(output), { recursive: true });
  await refuseSecond(output);
  await rm(trainingFiles.stop(output), { force: true });
  if (command.stopFile !== null) await rm(command.stopFile, { force: true });
  const mark = randomUUID();
  await using log = await open(trainingFiles.console(output), "a");
  const from = (await log.stat()).size;
  const [program, ...args] = command.argv;
  const child = spawn(program, args, {
    cwd: command.cwd,
    env: { ...env, PYTHONUNBUFFERED: "1", [MARK]: mark },
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  const pid = await spawned(child, program);
  const { stopFile, stopSignal } = command;
  const record = { pid, mark, started: await startOf(pid), argv: command.argv, stopFile, stopSignal };
  await writeFile(trainingFiles.process(output), `${JSON.stringify(record)}\n`);
  const exited = ended(child, { mark, output, from });
  let stopping: Promise<TrainerExit> | null = null;
  return {
    pid,
    exited,
    stop: (request) => (stopping ??= stop({ pid, mark, exited, request }, options)),
  };
}

function spawned(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("spawn", () => {
      resolve(child.pid as number);
    });
    child.once("error", (error) => {
      reject(
        new EvalhError("E_USAGE", `the trainer ${program} cannot be started: ${messageOf(error)}`, {
          cause: error,
          hint: "name the Python to use with --python or EVALH_PYTHON, or correct the suite's `command`",
        }),
      );
    });
  });
}

async function ended(
  child: ChildProcess,
  { mark, output, from }: { readonly mark: string; readonly output: string; readonly from: number },
): Promise<TrainerExit> {
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("exit", (code, signal) => {
      resolve([code, signal]);
    });
  });
  const orphans = await endMarked(mark, ORPHAN_MS);
  // Where there is no /proc to find them by, at least those that stayed in its group.
  if (child.pid !== undefined) send(-child.pid, "SIGKILL");
  await rm(trainingFiles.process(output), { force: true });
  return { code, signal, orphans, tail: await readTail(trainingFiles.console(output), from) };
}

interface Stopping {
  readonly pid: number;
  readonly mark: string;
  readonly exited: Promise<TrainerExit>;
  readonly request: StopRequest;
}

async function stop({ pid, mark, exited, request }: Stopping, options: StartOptions): Promise<TrainerExit> {
  const { stopFile, stopSignal } = options.command;
  if (stopFile === null) send(-pid, stopSignal);
  else await writeStopFile(stopFile, request);
  const polite = await within(exited, request.politeMs ?? options.politeMs ?? POLITE_MS);
  if (polite !== null) return polite;
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    // The launcher first: it tells its workers, and reports their end as its own.
    send(-pid, signal);
    for (const each of signal === "SIGKILL" ? await markedProcesses(mark) : []) send(each, signal);
    const found = await within(exited, options.termMs ?? TERM_MS);
    if (found !== null) return found;
  }
  return exited;
}

async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  const timer = new AbortController();
  const late = wait(milliseconds, null, { signal: timer.signal }).catch(() => null);
  const found = await Promise.race([promise, late]);
  timer.abort();
  return found;
}

/**
 * A trainer whose watcher died goes on; two in one folder would ruin each other's checkpoints.
 * @throws EvalhError E_RUN_LOCKED
 */
export async function refuseSecond(output: string): Promise<void> {
  const running = await runningTrainer(output);
  if (running === null) return;
  throw new EvalhError("E_RUN_LOCKED", `process ${running.pid} is already training into ${output}`, {
    hint: `watch it with \`evalh watch ${output}\`, or end it first`,
  });
}

/** A trainer that evalh started, whichever process of evalh that was. */
export interface KnownTrainer {
  readonly pid: number;
  /** How it is asked to stop: by a file, or by a signal to its group. */
  readonly stopFile: string | null;
  readonly stopSignal: NodeJS.Signals;
}

/** What trains into a folder at present; null if nothing does that evalh has started. */
export async function runningTrainer(output: string): Promise<KnownTrainer | null> {
  try {
    const record: unknown = JSON.parse(await readFile(trainingFiles.process(output), "utf8"));
    if (!isJsonObject(record) || typeof record["pid"] !== "number") return null;
    const { pid, stopFile } = record;
    process.kill(pid, 0);
    if ((await startOf(pid)) !== record["started"]) return null;
    const stopSignal = STOP_SIGNALS.find((signal) => signal === record["stopSignal"]) ?? "SIGTERM";
    return { pid, stopFile: typeof stopFile === "string" ? stopFile : null, stopSignal };
  } catch {
    return null;
  }
}

/** When a process began, in clock ticks since boot, so that a reused id is not taken for it; null without /proc. */
async function startOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return text === null ? null : (text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null);
}

/** The end of what was printed since an offset. */
async function readTail(path: string, from: number): Promise<string> {
  try {
    const { size } = await stat(path);
    const start = Math.max(from, size - TAIL_BYTES);
    await using file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } catch {
    return "";
  }
}

/** What went wrong, in the trainer's own words: its `error:` line, the last line of a traceback, or its last line. */
export function complaintOf({ code, signal, tail }: TrainerExit): string {
  const how = code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
  const lines = tail.split(/\r?\n/u).map((line) => line.trim());
  const said =
    lines.findLast((line) => line.startsWith("error: "))?.slice("error: ".length) ??
    lines.findLast((line) => /^[\w.]*(?:Error|Exception|Interrupt)\b/u.test(line)) ??
    lines.findLast((line) => line !== "");
  return said === undefined ? how : `${how}: ${said}`;
}

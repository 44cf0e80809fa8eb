import { spawn, type ChildProcess } from "node:child_process";
import { StringDecoder } from "node:string_decoder";

/** A GPU that fell off the bus can block nvidia-smi for minutes; then there is nothing to wait for. */
const LEAST_SILENCE_MS = 10_000;
const MOST_RESTARTS = 3;
const RESTART_MS = 2_000;
/** Of what it printed, kept for explaining its end. */
const TAIL = 500;

export interface LoopOptions {
  /** The program; default "nvidia-smi". */
  readonly command?: string;
  readonly args: readonly string[];
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Milliseconds without a line after which it is given up; at least five intervals by default. */
  readonly silence?: number;
  /** Milliseconds before it is started again. */
  readonly pause?: number;
  /** Says whether the line held what was asked for: a program that never gave any is not started again. */
  readonly onLine: (line: string) => boolean;
  /** Told, in words for the user, of everything that is lost. */
  readonly onProblem: (message: string) => void;
  /** Other arguments to start with at once, after it ended with this complaint; null for none. */
  readonly revise?: (complaint: string) => readonly string[] | null;
}

interface State {
  args: readonly string[];
  child: ChildProcess | null;
  restarts: number;
  hasAnswered: boolean;
  ended: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * One nvidia-smi that prints again and again by itself, which costs far less than starting one for every look. When it
 * dies or hangs it is started again a few times, then given up; nothing ever waits for it.
 * @returns null if there is no such program
 */
export async function startLoop(options: LoopOptions): Promise<Disposable | null> {
  const state: State = {
    args: options.args,
    child: null,
    restarts: 0,
    hasAnswered: false,
    ended: false,
    timer: undefined,
  };
  if (!(await begin(options, state))) return null;
  return {
    [Symbol.dispose]() {
      state.ended = true;
      clearTimeout(state.timer);
      release(state.child);
    },
  };
}

/** False if the program cannot be started. */
function begin(options: LoopOptions, state: State): Promise<boolean> {
  const { command = "nvidia-smi", interval } = options;
  const child = spawn(command, [...state.args, "-lms", String(interval)], { stdio: ["ignore", "pipe", "pipe"] });
  state.child = child;
  // The loop never keeps the process alive: neither does a child that cannot be killed.
  child.unref();
  return new Promise((resolve) => {
    child.once("error", () => {
      resolve(false);
    });
    child.once("spawn", () => {
      watch(child, options, state);
      resolve(true);
    });
  });
}

function watch(child: ChildProcess, options: LoopOptions, state: State): void {
  const { command = "nvidia-smi", interval } = options;
  const silence = options.silence ?? Math.max(LEAST_SILENCE_MS, 5 * interval);
  let tail = "";
  let reason: string | null = null;
  const timer = setTimeout(() => {
    reason = `${command} was silent for ${Math.round(silence / 1000)} s; a GPU may be lost`;
    release(child);
    lost(options, state, reason);
  }, silence).unref();
  readLines(child, (line, isOutput) => {
    tail = `${tail}${line}\n`.slice(-TAIL);
    timer.refresh();
    if (isOutput && !state.ended && reason === null && options.onLine(line)) state.hasAnswered = true;
  });
  child.once("close", (code, signal) => {
    clearTimeout(timer);
    if (reason !== null || state.ended) return;
    const revised = options.revise?.(tail) ?? null;
    if (revised !== null) {
      state.args = revised;
      void begin(options, state);
      return;
    }
    const how = code === null ? `by ${signal}` : `with exit code ${code}`;
    const words = tail.trim().split("\n").at(-1) ?? "";
    lost(options, state, `${command} ended ${how}${code === 0 || words === "" ? "" : `: ${words}`}`);
  });
}

function lost(options: LoopOptions, state: State, reason: string): void {
  if (!state.hasAnswered) return options.onProblem(`${reason}; no GPU samples are taken`);
  if (state.restarts >= MOST_RESTARTS) return options.onProblem(`${reason}; no more GPU samples are taken`);
  state.restarts++;
  options.onProblem(`${reason}; it is started again, GPU samples between are missing`);
  state.timer = setTimeout(() => {
    if (!state.ended) void begin(options, state);
  }, options.pause ?? RESTART_MS).unref();
}

/** Kills without waiting and lets go of the pipes: a process in an uninterruptible call ends whenever it can. */
function release(child: ChildProcess | null): void {
  child?.kill("SIGKILL");
  child?.stdout?.destroy();
  child?.stderr?.destroy();
}

function readLines(child: ChildProcess, each: (line: string, isOutput: boolean) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder("utf8");
    let rest = "";
    stream?.on("data", (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split(/\r?\n/u);
      rest = lines.pop() ?? "";
      for (const line of lines) each(line, stream === child.stdout);
    });
    stream?.on("error", () => undefined);
    // The last line of one that dies often lacks its end.
    stream?.on("end", () => {
      if (rest.trim() !== "") each(rest, false);
    });
  }
}

import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { isJsonObject, type JsonObject } from "../../core/json.ts";

/** Longest line a program may answer, in characters. */
const MAX_LINE = 16 * 1024 * 1024;
/** Milliseconds from a program's end to the end of its output. */
const LAST_WORDS_MS = 500;
/** How much of the end of stderr is kept for error messages. */
const STDERR_TAIL = 2000;

/** A running program that answers JSON lines with JSON lines. */
export interface Program extends AsyncDisposable {
  /**
   * Writes a request and waits for the answer of the same id.
   *
   * @throws ProgramError when the program ended, or does not answer in time
   */
  ask(request: JsonObject, signal: AbortSignal): Promise<JsonObject>;
}

/** The program as a whole has failed. */
export class ProgramError extends Error {}

interface Waiting {
  resolve(answer: JsonObject): void;
  reject(error: Error): void;
}

export interface ProgramOptions {
  /** Program and arguments, each one element: no shell sees them. */
  readonly argv: readonly [string, ...string[]];
  /** The whole environment; nothing is inherited, so that keys go to none but those who need them. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Milliseconds an answer may take. */
  readonly timeout: number;
}

/** Ends the program and whatever it started, also what has outlived it. */
function endGroup(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined) return;
  try {
    // The program leads a process group of its own.
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing of the group is left.
  }
}

function lastLine(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const last = lines.findLast((line) => line !== "");
  return last === undefined ? "it wrote nothing to stderr" : `stderr ends with: ${last.slice(0, 300)}`;
}

/**
 * Calls `each` for every line that is a JSON object; other lines are a program's chatter.
 * @returns what the program has begun to write and not ended
 */
function readObjects(
  child: ChildProcessWithoutNullStreams,
  each: (value: JsonObject) => void,
  tooLong: () => void,
): () => string {
  let rest = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE) tooLong();
    for (const line of lines) {
      if (!line.startsWith("{")) continue;
      try {
        const value: unknown = JSON.parse(line);
        if (isJsonObject(value)) each(value);
      } catch {
        // Chatter that happens to begin with a brace.
      }
    }
  });
  return () => rest;
}

/** Starts the program. That it cannot be started shows at the first request. */
export function startProgram(options: ProgramOptions): Program {
  const [file, ...args] = options.argv;
  const child = spawn(file, args, { cwd: options.cwd, env: options.env, detached: true, stdio: "pipe" });
  const waiting = new Map<number, Waiting>();
  let failure: ProgramError | undefined;
  let stderr = "";
  let nextId = 0;
  const fail = (message: string): void => {
    failure ??= new ProgramError(message);
    for (const waiter of waiting.values()) waiter.reject(failure);
    waiting.clear();
    endGroup(child);
  };
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => (stderr = (stderr + text).slice(-STDERR_TAIL)));
  child.on("error", (error) => fail(`${file} cannot be started: ${error.message}`));
  // Writing to a program that has ended; its end is reported by itself.
  child.stdin.on("error", () => undefined);
  const unfinished = readObjects(
    child,
    (answer) => {
      const id = answer["id"];
      const asker = typeof id === "number" ? waiting.get(id) : undefined;
      if (typeof id === "number") waiting.delete(id);
      asker?.resolve(answer);
    },
    () => fail(`${file} wrote a line of more than 16 MB`),
  );
  const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
    const how = code === null ? `by ${signal}` : `with exit code ${code}`;
    const rest = unfinished().startsWith("{") ? " in the middle of an answer" : "";
    fail(`${file} ended ${how}${rest}; ${lastLine(stderr)}`);
  };
  child.on("close", ended);
  // What it has started may hold its output open; its last words have the time of a blink to come through.
  child.on("exit", (code, signal) => setTimeout(() => ended(code, signal), LAST_WORDS_MS).unref());
  const ask = async (request: JsonObject, signal: AbortSignal): Promise<JsonObject> => {
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    const id = nextId++;
    const seconds = options.timeout / 1000;
    const timer = setTimeout(
      () => fail(`${file} did not answer within ${seconds} s; ${lastLine(stderr)}`),
      options.timeout,
    );
    const abort = (): void => waiting.get(id)?.reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await new Promise<JsonObject>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
      });
    } finally {
      waiting.delete(id);
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  };
  return { ask, [Symbol.asyncDispose]: () => stop(child) };
}

/** Closes stdin, which asks the program to end, and ends it after two seconds if it has not. */
async function stop(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = new Promise((resolve) => child.once("exit", resolve));
  child.stdin.end();
  const timer = setTimeout(() => endGroup(child), 2000);
  await closed;
  clearTimeout(timer);
  endGroup(child);
}

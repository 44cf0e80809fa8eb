import { ExitCode, type CliIo } from "./io.ts";

/** What is in flight gets this long to finish after the first signal. */
const DRAIN_MS = 10_000;

export interface Interrupt extends Disposable {
  /** Aborted by the first signal: nothing new is started. */
  readonly stop: AbortSignal;
  /** Aborted when the time to drain is over: what is in flight is given up. */
  readonly abort: AbortSignal;
  /** 130 or 143 once a signal came, otherwise null. */
  exitCode(): number | null;
}

const DRAINING = "stopping after the answers in flight; once more stops at once";

/**
 * First SIGINT, SIGTERM or SIGHUP: stop politely. Second: exit at once.
 * @param message said at the first; null where stopping takes no time
 */
export function onInterrupt(io: CliIo, message: string | null = DRAINING): Interrupt {
  const stop = new AbortController();
  const abort = new AbortController();
  let code: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  const handle = (signal: NodeJS.Signals): void => {
    // A terminal that is closed hangs up twice, itself and through the kernel: nobody insists on anything.
    if (code !== null) return signal === "SIGHUP" ? undefined : io.exitNow(code);
    code = signal === "SIGINT" ? ExitCode.interrupted : ExitCode.terminated;
    stop.abort();
    if (signal !== "SIGHUP") io.stderr.write(message === null ? "\n" : `\n${message}\n`);
    timer = setTimeout(() => abort.abort(), DRAIN_MS);
    timer.unref();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, handle);
  return {
    stop: stop.signal,
    abort: abort.signal,
    exitCode: () => code,
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, handle);
    },
  };
}

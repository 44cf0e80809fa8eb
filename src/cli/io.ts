import type { WriteStream } from "node:tty";

type Output = NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns">>;

/** The world outside a command: the process's own, or a test's. */
export interface CliIo {
  /** Data. */
  readonly stdout: Output;
  /** Progress and messages. */
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the process at once. */
  readonly exitNow: (code: number) => void;
}

/** Exit codes, as `docs/guide/scripts.md` explains them. */
export const ExitCode = {
  pass: 0,
  gateFailed: 1,
  usage: 2,
  incomplete: 3,
  inconclusive: 4,
  interrupted: 130,
  terminated: 143,
} as const;

/** Columns to write for: the terminal's, $COLUMNS, or 100 where nobody knows. */
export function columnsOf(io: CliIo, stream: Output): number {
  const stated = Number(io.env["COLUMNS"]);
  return stream.columns ?? (Number.isInteger(stated) && stated > 0 ? stated : 100);
}

/** NO_COLOR and FORCE_COLOR as their conventions say, otherwise colour on a terminal only. */
export function useColor(io: CliIo, stream: Output): boolean {
  if ((io.env["NO_COLOR"] ?? "") !== "") return false;
  const forced = io.env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0";
  return stream.isTTY === true && io.env["TERM"] !== "dumb";
}

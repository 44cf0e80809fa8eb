import { escapeText } from "../../reports/escape-text.ts";
import { EvalhError, isSystemError, rootError, type ErrorCode } from "../core/errors.ts";
import { SuiteInvalid } from "../suite/diagnostics.ts";
import { ExitCode } from "./io.ts";

/** What a failed command prints and how it exits. */
export interface Failure {
  readonly text: string;
  readonly exitCode: number;
}

const exitCodes: Readonly<Record<ErrorCode, number>> = {
  E_USAGE: ExitCode.usage,
  E_SUITE_INVALID: ExitCode.usage,
  E_DATASET: ExitCode.usage,
  E_PROMPT: ExitCode.usage,
  E_CHECKPOINT: ExitCode.usage,
  E_JUDGE: ExitCode.usage,
  E_TRAINING_LOG: ExitCode.usage,
  E_RUN_FOLDER: ExitCode.usage,
  E_NOT_COMPARABLE: ExitCode.usage,
  E_MISSING_DEPENDENCY: ExitCode.usage,
  E_BACKEND: ExitCode.incomplete,
  E_STORE: ExitCode.incomplete,
  E_RUN_LOCKED: ExitCode.incomplete,
  E_INTERRUPTED: ExitCode.interrupted,
};

/** A mistake or a fault in a few lines; a bug with its stack and a request to report it. */
export function describeFailure(thrown: unknown): Failure {
  const error = rootError(thrown);
  if (error instanceof SuiteInvalid) return { text: error.format(), exitCode: ExitCode.usage };
  if (error instanceof EvalhError) {
    // Servers' and programs' own words may be in it.
    const lines = [`error: ${escapeText(error.message, { multiline: true })}`];
    if (error.place !== undefined) {
      const { file, line, column } = error.place;
      lines.push(`   at: ${[file, line, column].filter((part) => part !== undefined).join(":")}`);
    }
    if (error.hint !== undefined) lines.push(` hint: ${escapeText(error.hint, { multiline: true })}`);
    return { text: `${lines.join("\n")}\n`, exitCode: exitCodes[error.code] };
  }
  const lack = lackOf(error);
  if (lack !== null) return lack;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `${stack}\n\nThis is a bug in evalh. Please report it with the text above, the command line and the suite.\n`,
    exitCode: ExitCode.incomplete,
  };
}

/** What the machine ran out of, wherever that showed: while a module was loaded, say. */
const lacks: Readonly<Record<string, string>> = {
  EMFILE: "raise the limit of open files (ulimit -n)",
  ENFILE: "the system has too many files open: end other programs",
  ENOSPC: "free some space",
  EDQUOT: "free some space: your quota is used up",
  ENOMEM: "free some memory",
  EIO: "look after the disk: it cannot be read or written",
};

function lackOf(error: unknown): Failure | null {
  // Where Node reads a package.json, the code is lost and only the words are left.
  const code = isSystemError(error)
    ? error.code
    : error instanceof Error && error.message.includes("too many open files")
      ? "EMFILE"
      : "";
  if (!(error instanceof Error) || !Object.hasOwn(lacks, code)) return null;
  const text = `error: ${error.message}\n hint: ${lacks[code]}; a run that was begun continues with \`evalh run --resume\`\n`;
  return { text, exitCode: ExitCode.incomplete };
}

import { EvalhError, type ErrorCode } from "../core/errors.ts";
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
export function describeFailure(error: unknown): Failure {
  if (error instanceof SuiteInvalid) return { text: error.format(), exitCode: ExitCode.usage };
  if (error instanceof EvalhError) {
    const lines = [`error: ${error.message}`];
    if (error.place !== undefined) {
      const { file, line, column } = error.place;
      lines.push(`   at: ${[file, line, column].filter((part) => part !== undefined).join(":")}`);
    }
    if (error.hint !== undefined) lines.push(` hint: ${error.hint}`);
    return { text: `${lines.join("\n")}\n`, exitCode: exitCodes[error.code] };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `${stack}\n\nThis is a bug in evalh. Please report it with the text above, the command line and the suite.\n`,
    exitCode: ExitCode.incomplete,
  };
}

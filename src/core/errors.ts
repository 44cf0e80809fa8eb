/**
 * What can go wrong by the user's doing or the world's. Bugs are plain errors: they end in a stack trace and a request
 * to report them.
 */
export type ErrorCode =
  | "E_USAGE"
  | "E_SUITE_INVALID"
  | "E_DATASET"
  | "E_PROMPT"
  | "E_CHECKPOINT"
  | "E_BACKEND"
  | "E_JUDGE"
  | "E_TRAINING_LOG"
  | "E_RUN_LOCKED"
  | "E_RUN_FOLDER"
  | "E_STORE"
  | "E_NOT_COMPARABLE"
  | "E_INTERRUPTED"
  | "E_MISSING_DEPENDENCY";

/** Where in a file something is wrong. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface EvalhErrorOptions {
  /** What the user can do about it, as one sentence. */
  readonly hint?: string;
  readonly place?: Place;
  readonly cause?: unknown;
}

/** An error a user can act on: what happened, where, and what to do. Printed without a stack trace. */
export class EvalhError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly place: Place | undefined;

  constructor(code: ErrorCode, message: string, options: EvalhErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "EvalhError";
    this.code = code;
    this.hint = options.hint;
    this.place = options.place;
  }
}

/** The part of an error that is stored beside a sample. */
export interface ErrorInfo {
  readonly code: string;
  readonly message: string;
  /** How to mend it, where it is a whole checkpoint's failure. */
  readonly hint?: string;
}

/** Any thrown value as a storable record. Never contains a stack. */
export function toErrorInfo(error: unknown): ErrorInfo {
  if (error instanceof EvalhError) return { code: error.code, message: error.message };
  if (error instanceof Error) return { code: error.name, message: error.message };
  return { code: "Error", message: String(error) };
}

/** What went wrong first: giving up a resource after an error may fail too, and the language then wraps both. */
export function rootError(error: unknown): unknown {
  return error instanceof SuppressedError ? rootError(error.suppressed) : error;
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** True for a file-system error with the given code, for example "ENOENT". */
export function hasErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}

/** True for an error that the operating system reported, as against a bug. */
export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "errno" in error && "code" in error;
}

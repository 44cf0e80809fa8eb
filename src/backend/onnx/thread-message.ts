import type {
  BackendCapabilities,
  GenerateOptions,
  GenerateRequest,
  LikelihoodRequest,
  Outcome,
} from "../../core/backend.ts";
import type { Completion, ContinuationScore } from "../../core/completion.ts";
import { EvalhError, type ErrorCode, type Place } from "../../core/errors.ts";

/** A batch for a model's thread. */
export type Job =
  | { readonly kind: "generate"; readonly requests: readonly GenerateRequest[]; readonly options: GenerateOptions }
  | { readonly kind: "loglikelihood"; readonly requests: readonly LikelihoodRequest[] };

/** What the main thread tells a model's thread. */
export type ThreadRequest =
  | { readonly kind: "job"; readonly id: number; readonly job: Job }
  | { readonly kind: "abort"; readonly id: number }
  | { readonly kind: "close" };

/** What is to be known of a model once it is open. */
export interface ModelFacts {
  readonly version: string;
  readonly capabilities: BackendCapabilities;
  readonly threads: number;
  readonly weightsBytes: number;
}

export type AnyOutcome = Outcome<Completion> | Outcome<readonly ContinuationScore[]>;

/** What it answers. A job ends with "end" or "failed"; "failed" without a job means that the model cannot be opened. */
export type ThreadReply =
  | { readonly kind: "ready"; readonly facts: ModelFacts }
  | { readonly kind: "outcome"; readonly id: number; readonly outcome: AnyOutcome }
  | { readonly kind: "end"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number | null; readonly error: SentError };

/** An error in transit: threads copy an error's message, but neither its class nor its members. */
export interface SentError {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly place?: Place | undefined;
  readonly stack?: string | undefined;
}

export function sendError(error: unknown): SentError {
  if (error instanceof EvalhError) {
    const { code, message, hint, place } = error;
    return { code, message, hint, place };
  }
  if (error instanceof Error) return { code: null, message: error.message, stack: error.stack };
  return { code: null, message: String(error) };
}

export function receiveError({ code, message, hint, place, stack }: SentError): Error {
  if (code === null) return Object.assign(new Error(message), stack === undefined ? {} : { stack });
  return new EvalhError(code, message, {
    ...(hint === undefined ? {} : { hint }),
    ...(place === undefined ? {} : { place }),
  });
}

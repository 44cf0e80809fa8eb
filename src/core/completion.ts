/**
 * Why generation ended: "stop" an end-of-text token or a stop string, "length" the token limit, "filter" the server
 * withheld text, "scored" nothing was generated (choice by log-probability, log-likelihood).
 */
export type FinishReason = "stop" | "length" | "filter" | "scored" | "unknown";

export interface TokenCounts {
  readonly prompt: number;
  readonly completion: number;
}

/** Milliseconds on the monotonic clock; absent where the backend cannot tell. */
export interface Timings {
  /** From handing over the batch that held this request to its last token. */
  readonly totalMs: number;
  readonly firstTokenMs?: number;
}

/** The log-probability of one continuation given a context. */
export interface ContinuationScore {
  /** Natural logarithm, summed over the continuation's tokens. */
  readonly logprob: number;
  readonly tokens: number;
  /** True if greedy decoding of the context would produce exactly this continuation. */
  readonly greedy?: boolean;
}

/** One output of a model. */
export interface Completion {
  readonly text: string;
  readonly finish: FinishReason;
  readonly tokens?: TokenCounts;
  readonly timings?: Timings;
  /** Natural log-probability of each generated token, if asked for. */
  readonly logprobs?: readonly number[];
  /** For choice tasks: one entry a choice, in the sample's order. */
  readonly choices?: readonly ContinuationScore[];
}

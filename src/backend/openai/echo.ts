import type { ContinuationScore } from "../../core/completion.ts";
import { UnusableAnswerError } from "../http/failure.ts";
import { firstChoice, type RawLogprobs } from "./answer.ts";

/** Why a server's answer cannot give a log-likelihood; asking again would not help. */
export class NoLikelihoodError extends Error {
  /** True if the server gives none at all, false if it has none for this text. */
  readonly isOfServer: boolean;

  constructor(message: string, isOfServer: boolean) {
    super(message);
    this.isOfServer = isOfServer;
  }
}

/** Servers count code points, as Python does; JavaScript counts UTF-16 units. */
function codePoints(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

/**
 * Tokens before the text, which the tokenizer adds and the prompt does not have: `<s>`, `<|begin_of_text|>`. 0 where the
 * tokens do not spell the text, as those of bytes do not.
 */
function tokensBefore(tokens: readonly string[], text: string): number {
  for (let skipped = 0; skipped <= 2; skipped++) {
    if (tokens.slice(skipped).join("").startsWith(text)) return skipped;
  }
  return 0;
}

/** Where each token of the echoed text begins, in code points; those before it begin at -1. */
function offsets(logprobs: RawLogprobs, tokens: readonly string[], text: string): readonly number[] {
  const skipped = tokensBefore(tokens, text);
  const given = logprobs.text_offset;
  const isGiven = Array.isArray(given) && given.length === tokens.length && given.every((n) => typeof n === "number");
  // vLLM counts the length of what the tokenizer added, too.
  if (isGiven && skipped === 0) return given;
  let at = 0;
  return tokens.map((token, i) => {
    if (i < skipped) return -1;
    const start = at;
    at += codePoints(token);
    return start;
  });
}

interface Echoed {
  readonly logprobs: RawLogprobs;
  readonly tokens: readonly string[];
  readonly values: readonly unknown[];
}

function echoed(json: unknown): Echoed {
  const { logprobs } = firstChoice(json).choice;
  const tokens = logprobs?.tokens;
  const values = logprobs?.token_logprobs;
  if (logprobs === undefined || logprobs === null || !Array.isArray(tokens) || !Array.isArray(values)) {
    throw new NoLikelihoodError("the server gives no log-probabilities of the prompt (echo with logprobs)", true);
  }
  if (tokens.length !== values.length)
    throw new UnusableAnswerError("the answer has more tokens than log-probabilities");
  return { logprobs, tokens: tokens.map(String), values };
}

function isTop(top: Readonly<Record<string, unknown>> | null | undefined, logprob: number): boolean {
  const values = Object.values(top ?? {}).filter((value): value is number => typeof value === "number");
  return values.length > 0 && values.every((value) => logprob >= value);
}

/**
 * The score of a continuation from a completions answer with `echo` and `logprobs`.
 *
 * lm-evaluation-harness 0.4.9 counts the context's tokens with a tokenizer of its own. The server's offsets say the same
 * without one: a token belongs to the continuation if it ends beyond the context, so one that spans the boundary is
 * counted. White space at the context's end goes to the continuation, as there. The token that `max_tokens: 1` adds
 * begins where the text ends and is left out.
 *
 * @throws NoLikelihoodError when the server does not echo log-probabilities
 */
export function readEcho(json: unknown, context: string, continuation: string): ContinuationScore {
  const { logprobs, tokens, values } = echoed(json);
  const starts = offsets(logprobs, tokens, context + continuation);
  const contextEnd = codePoints(context.trimEnd());
  const textEnd = codePoints(context + continuation);
  let logprob = 0;
  let count = 0;
  let greedy = true;
  for (let i = 0; i < tokens.length; i++) {
    const end = starts[i + 1] ?? Infinity;
    if ((starts[i] as number) < 0 || end <= contextEnd || (starts[i] as number) >= textEnd) continue;
    const value = values[i];
    if (typeof value !== "number") {
      throw new NoLikelihoodError("the server scores no first token; the context is empty", false);
    }
    logprob += value;
    count++;
    if (!isTop(logprobs.top_logprobs?.[i], value)) greedy = false;
  }
  if (count === 0) throw new NoLikelihoodError("the server does not echo the prompt", true);
  return { logprob, tokens: count, greedy };
}

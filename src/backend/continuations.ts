import type { LikelihoodRequest, Outcome } from "../core/backend.ts";
import type { ContinuationScore } from "../core/completion.ts";
import { failed } from "./failed.ts";

/** What tokenizing a context needs to know of a model. */
export interface Reader {
  readonly codec: {
    /** What to condition on when a context is empty; null if the model has nothing. */
    readonly prefixId: number | null;
    /** Most tokens at once. */
    readonly window: number;
  };
  /** The prompt as the model is to see it: through the chat template where one is used. */
  render(prompt: string): string;
  /** Token ids of a rendered prompt. */
  encode(rendered: string): number[];
}

/** A continuation's tokens, with what has been found about them so far. */
export interface Tail {
  readonly ids: readonly number[];
  logprob: number;
  greedy: boolean;
}

export interface Context {
  readonly index: number;
  readonly ids: readonly number[];
  readonly tails: readonly Tail[];
}

/** Tokens to feed behind a context, and the continuations that begin with them and are scored from their logits. */
export interface Branch {
  /** Row of the context in its batch. */
  readonly row: number;
  readonly ids: readonly number[];
  readonly tails: Tail[];
}

type Result = Outcome<readonly ContinuationScore[]>;

/**
 * Tokenizes as lm-evaluation-harness 0.4.9 does (`TemplateLM._encode_pair`): white space at the context's end goes to
 * the continuation, the two are tokenized together, and the continuation is what lies beyond the context's own tokens.
 */
export function openContext(model: Reader, request: LikelihoodRequest): Context | Result {
  const { codec } = model;
  const { index, continuations } = request;
  const full = model.render(request.context);
  const trimmed = full.trimEnd();
  const prefix = codec.prefixId;
  let ids = trimmed === "" ? [] : model.encode(trimmed);
  const isEmpty = ids.length === 0;
  if (isEmpty && prefix === null) return failed(index, "the context is empty and the model has no token to begin with");
  if (isEmpty) ids = [prefix as number];
  const tails: Tail[] = [];
  for (const continuation of continuations) {
    const whole = model.encode(full + continuation);
    if (isEmpty && whole[0] !== prefix) whole.unshift(prefix as number);
    const tail = whole.slice(ids.length);
    const quoted = JSON.stringify(continuation);
    if (tail.length === 0) return failed(index, `the continuation ${quoted} has no token of its own`);
    // The last token is scored, never fed.
    const length = ids.length + tail.length - 1;
    if (length > codec.window) {
      const why = `context and continuation ${quoted} have ${length + 1} tokens`;
      return failed(index, `${why}, one more than fits into the context window of ${codec.window}`);
    }
    tails.push({ ids: tail, logprob: 0, greedy: true });
  }
  return { index, ids, tails };
}

/**
 * The fewest rows that feed every continuation but its last token. A continuation that is the beginning of a longer
 * one shares its row; one of a single token needs none, the context's own logits score it.
 */
export function plantBranches(contexts: readonly Context[]): Branch[] {
  const branches: Branch[] = [];
  for (const [row, context] of contexts.entries()) {
    const byBeginning = new Map<string, Branch>();
    const longestFirst = [...context.tails].sort((a, b) => b.ids.length - a.ids.length);
    for (const tail of longestFirst) {
      const ids = tail.ids.slice(0, -1);
      if (ids.length === 0) continue;
      const known = byBeginning.get(ids.join());
      if (known !== undefined) {
        known.tails.push(tail);
        continue;
      }
      const branch: Branch = { row, ids, tails: [tail] };
      branches.push(branch);
      for (let n = 1; n <= ids.length; n++) {
        const key = ids.slice(0, n).join();
        if (!byBeginning.has(key)) byBeginning.set(key, branch);
      }
    }
  }
  // Rows of like length together pad little; the sort is stable, so the order depends on the batch alone.
  return branches.sort((a, b) => b.ids.length - a.ids.length);
}

export function toResult(context: Context): Result {
  const { index, tails } = context;
  if (tails.some((tail) => Number.isNaN(tail.logprob))) {
    return failed(index, "the model's output is not a number (NaN)");
  }
  const value = tails.map(({ ids, logprob, greedy }) => ({ logprob, tokens: ids.length, greedy }));
  return { index, kind: "done", value };
}

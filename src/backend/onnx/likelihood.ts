import type { LikelihoodRequest, Outcome } from "../../core/backend.ts";
import type { ContinuationScore } from "../../core/completion.ts";
import type { Cache } from "./decoder.ts";
import { feedBlock } from "./feed.ts";
import { failed, type LanguageModel } from "./language-model.ts";
import { argmax, logSumExp } from "./sampling.ts";

/** Most bytes of cached keys and values that branches are given copies of at a time. */
const COPIES_LIMIT = 64 * 1024 * 1024;

/** A continuation's tokens, with what has been found about them so far. */
interface Tail {
  readonly ids: readonly number[];
  logprob: number;
  greedy: boolean;
}

interface Context {
  readonly index: number;
  readonly ids: readonly number[];
  readonly tails: readonly Tail[];
}

/** Tokens to feed behind a context, and the continuations that begin with them and are scored from their logits. */
interface Branch {
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
function openContext(model: LanguageModel, request: LikelihoodRequest): Context | Result {
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

/** Adds to each tail the log-probability of its token number `place`, which these logits predict. */
function scoreTails(tails: readonly Tail[], place: number, logits: Float32Array): void {
  let normaliser: number | undefined;
  let best = -1;
  for (const tail of tails) {
    const token = tail.ids[place];
    if (token === undefined) continue;
    if (normaliser === undefined) {
      normaliser = logSumExp(logits);
      best = argmax(logits);
    }
    tail.logprob += (logits[token] as number) - normaliser;
    if (token !== best) tail.greedy = false;
  }
}

/**
 * The fewest rows that feed every continuation but its last token. A continuation that is the beginning of a longer
 * one shares its row; one of a single token needs none, the context's own logits score it.
 */
function plantBranches(contexts: readonly Context[]): Branch[] {
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

function bytesPerToken(cache: Cache): number {
  let bytes = 0;
  for (const tensor of cache.tensors) bytes += (tensor.data as Float32Array).byteLength;
  return bytes / (cache.rows * cache.length);
}

async function scoreBranches(
  model: LanguageModel,
  branches: readonly Branch[],
  { cache, leftPads, signal }: { cache: Cache; leftPads: readonly number[]; signal: AbortSignal },
): Promise<void> {
  const cells = COPIES_LIMIT / bytesPerToken(cache);
  let rest = branches;
  while (rest.length > 0) {
    signal.throwIfAborted();
    const width = cache.length + (rest[0] as Branch).ids.length;
    const group = rest.slice(0, Math.max(1, Math.floor(cells / width)));
    rest = rest.slice(group.length);
    const sources = group.map((branch) => branch.row);
    const block = {
      rows: group.map((branch) => branch.ids),
      padId: model.codec.padId,
      side: "right" as const,
      cache: model.decoder.gather(cache, sources),
      leftPads: sources.map((row) => leftPads[row] ?? 0),
    };
    await feedBlock(model.decoder, block, (piece) => {
      for (const [row, branch] of group.entries()) {
        const end = Math.min(piece.start + piece.columns, branch.ids.length);
        for (let column = piece.start; column < end; column++) {
          scoreTails(branch.tails, column + 1, piece.at(row, column));
        }
      }
    });
  }
}

function toResult(context: Context): Result {
  const { index, tails } = context;
  if (tails.some((tail) => Number.isNaN(tail.logprob))) {
    return failed(index, "the model's output is not a number (NaN)");
  }
  const value = tails.map(({ ids, logprob, greedy }) => ({ logprob, tokens: ids.length, greedy }));
  return { index, kind: "done", value };
}

/**
 * Scores the continuations of exactly the requests given. Each context is computed once; its continuations then run
 * on copies of its cached keys and values.
 */
export async function* scoreBatch(
  model: LanguageModel,
  requests: readonly LikelihoodRequest[],
  signal: AbortSignal,
): AsyncGenerator<Result> {
  const contexts: Context[] = [];
  for (const request of requests) {
    const context = openContext(model, request);
    if ("kind" in context) yield context;
    else contexts.push(context);
  }
  if (contexts.length === 0) return;
  signal.throwIfAborted();

  const width = contexts.reduce((longest, { ids }) => Math.max(longest, ids.length), 0);
  const block = {
    rows: contexts.map(({ ids }) => ids),
    padId: model.codec.padId,
    side: "left" as const,
    cache: model.decoder.emptyCache(contexts.length),
    leftPads: contexts.map(() => 0),
  };
  const cache = await feedBlock(model.decoder, block, (piece) => {
    if (piece.start + piece.columns < width) return;
    for (const [row, { tails }] of contexts.entries()) scoreTails(tails, 0, piece.at(row, width - 1));
  });
  const leftPads = contexts.map(({ ids }) => width - ids.length);
  await scoreBranches(model, plantBranches(contexts), { cache, leftPads, signal });
  for (const context of contexts) yield toResult(context);
}

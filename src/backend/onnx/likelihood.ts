import type { LikelihoodRequest, Outcome } from "../../core/backend.ts";
import type { ContinuationScore } from "../../core/completion.ts";
import { openContext, plantBranches, toResult, type Branch, type Context, type Tail } from "../continuations.ts";
import type { Cache } from "./decoder.ts";
import { feedBlock } from "./feed.ts";
import type { LanguageModel } from "./language-model.ts";
import { argmax, logSumExp } from "./sampling.ts";

/** Most bytes of cached keys and values that branches are given copies of at a time. */
const COPIES_LIMIT = 64 * 1024 * 1024;

type Result = Outcome<readonly ContinuationScore[]>;

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

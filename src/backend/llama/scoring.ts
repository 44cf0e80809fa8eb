import type { LikelihoodRequest, Outcome } from "../../core/backend.ts";
import type { ContinuationScore } from "../../core/completion.ts";
import { openContext, plantBranches, toResult, type Reader, type Tail } from "../continuations.ts";
import type { Next, Sequence } from "./runtime.ts";

/** Natural logarithm of a token's probability: its logit less the logarithm of the sum of all exponentials. */
export function logprobOf(token: number, { logits, totalLogitWeight }: Next): number {
  const logit = logits?.get(token);
  if (logits === undefined || logit === undefined || totalLogitWeight === undefined) return NaN;
  return logit - highest(logits)[1] - Math.log(totalLogitWeight);
}

function highest(logits: ReadonlyMap<number, number>): readonly [number, number] {
  let best: readonly [number, number] = [-1, -Infinity];
  for (const entry of logits) if (entry[1] > best[1]) best = entry;
  return best;
}

/** Scores a context's continuations. The context is computed once, each continuation by itself behind it. */
export async function scoreRequest(
  reader: Reader,
  sequence: Sequence,
  { request, signal }: { readonly request: LikelihoodRequest; readonly signal: AbortSignal },
): Promise<Outcome<readonly ContinuationScore[]>> {
  const context = openContext(reader, request);
  if ("kind" in context) return context;
  // The last token is fed anew with each continuation: its logits decide the continuation's first token.
  const body = context.ids.slice(0, -1);
  const last = context.ids.at(-1) as number;
  await sequence.clearHistory();
  const branches = plantBranches([context]);
  const rows = branches.length === 0 ? [{ ids: [], tails: [] }] : branches;
  for (const [number, branch] of rows.entries()) {
    signal.throwIfAborted();
    await sequence.adaptStateToTokens(body, false);
    const tailsAt = (place: number): readonly Tail[] => (place > 0 ? branch.tails : number === 0 ? context.tails : []);
    const asked = [last, ...branch.ids].map((token, place) => {
      const tokens = tailsAt(place).flatMap(({ ids }) => ids[place] ?? []);
      if (tokens.length === 0) return token;
      const logits = { filter: { tokens, includeTop: 1 } } as const;
      return [token, { generateNext: { logits, totalLogitWeight: true } }] as const;
    });
    const unfed = body.slice(sequence.nextTokenIndex);
    const outputs = await sequence.controlledEvaluate([...unfed, ...asked]);
    for (const place of asked.keys()) addScores(tailsAt(place), place, outputs[unfed.length + place]?.next);
  }
  return toResult(context);
}

function addScores(tails: readonly Tail[], place: number, next: Next | undefined): void {
  for (const tail of tails) {
    const token = tail.ids[place];
    if (token === undefined) continue;
    tail.logprob += logprobOf(token, next ?? {});
    if (next?.logits === undefined || highest(next.logits)[0] !== token) tail.greedy = false;
  }
}

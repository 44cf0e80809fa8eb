import type { GenerateOptions, GenerateRequest, Outcome } from "../../core/backend.ts";
import type { Completion } from "../../core/completion.ts";
import { feedBlock } from "./feed.ts";
import { failed } from "../failed.ts";
import type { LanguageModel } from "./language-model.ts";
import { advance, type Round, type Row } from "./generation-row.ts";
import { createDraw } from "./sampling.ts";
import { createStopStrings } from "../stop-strings.ts";

type Result = Outcome<Completion>;

function openRow(model: LanguageModel, request: GenerateRequest, maxTokens: number): Row | Result {
  const { index, seed } = request;
  const prompt = model.encode(model.render(request.prompt));
  if (prompt.length === 0 && model.codec.prefixId !== null) prompt.push(model.codec.prefixId);
  if (prompt.length === 0) return failed(index, "the prompt is empty and the model has no token to begin a text with");
  const room = model.codec.window - prompt.length;
  if (room < 1) {
    const why = `the prompt has ${prompt.length} tokens, the model's context window is ${model.codec.window}`;
    return failed(index, `${why}: nothing can be generated`);
  }
  const limit = Math.min(maxTokens, room);
  return { index, prompt, draw: createDraw(seed), limit, ids: [], logprobs: [], firstTokenMs: 0 };
}

/** What one step finished, and the rows of the cache that go on. */
interface Advanced {
  readonly results: Result[];
  readonly going: number[];
}

/** Moves every unfinished row of the cache on by a token; `rows[i]` is null once it has finished. */
function advanceAll(rows: (Row | null)[], round: Round, logitsOf: (row: number) => Float32Array): Advanced {
  const results: Result[] = [];
  const going: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row === null || row === undefined) continue;
    const result = advance(row, logitsOf(i), round);
    if (result === null) {
      going.push(i);
    } else {
      rows[i] = null;
      results.push(result);
    }
  }
  return { results, going };
}

/** Copying a cache costs less than carrying an eighth of its rows through one more token. */
function worthDropping(rows: number, going: number): boolean {
  return going > 0 && rows - going >= rows / 8;
}

/**
 * Generates for exactly the requests given, as one batch with left padding. Results come as their rows finish.
 *
 * With dynamically quantised weights the scale of activations is taken over the whole batch, so results depend on
 * its composition; rows are dropped by a rule that depends on nothing else, which keeps them reproducible.
 */
export async function* generateBatch(
  model: LanguageModel,
  requests: readonly GenerateRequest[],
  { options, signal }: { readonly options: GenerateOptions; readonly signal: AbortSignal },
): AsyncGenerator<Result> {
  const started = performance.now();
  const round: Round = {
    codec: model.codec,
    options,
    stops: createStopStrings(model.codec, options.stop),
    elapsed: () => performance.now() - started,
  };
  let rows: (Row | null)[] = [];
  for (const request of requests) {
    const row = openRow(model, request, options.maxTokens);
    if ("kind" in row) yield row;
    else rows.push(row);
  }
  if (rows.length === 0) return;

  const { decoder, codec } = model;
  const prompts = rows.map((row) => row?.prompt ?? []);
  const width = prompts.reduce((longest, prompt) => Math.max(longest, prompt.length), 0);
  let leftPads = prompts.map((prompt) => width - prompt.length);
  let step: Advanced = { results: [], going: [] };
  let cache = decoder.emptyCache(rows.length);
  let block = { rows: prompts, padId: codec.padId, side: "left" as const, cache, leftPads: prompts.map(() => 0) };
  for (;;) {
    signal.throwIfAborted();
    const end = block.cache.length === 0 ? width : 1;
    cache = await feedBlock(decoder, block, (piece) => {
      if (piece.start + piece.columns < end) return;
      step = advanceAll(rows, round, (row) => piece.at(row, end - 1));
    });
    yield* step.results;
    if (step.going.length === 0) return;
    if (worthDropping(rows.length, step.going.length)) {
      const { going } = step;
      cache = decoder.gather(cache, going);
      rows = going.map((i) => rows[i] ?? null);
      leftPads = going.map((i) => leftPads[i] ?? 0);
    }
    const next = rows.map((row) => [row?.ids.at(-1) ?? codec.padId]);
    block = { rows: next, padId: codec.padId, side: "left", cache, leftPads };
  }
}

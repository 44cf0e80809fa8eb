import type { GenerateOptions, GenerateRequest, LikelihoodRequest, Outcome } from "../../core/backend.ts";
import type { Completion, ContinuationScore } from "../../core/completion.ts";
import { failed } from "../failed.ts";
import { createStopStrings } from "../stop-strings.ts";
import { advance, type Round, type Row } from "./generation-row.ts";
import { padRows } from "./pad-rows.ts";
import { argmax, createDraw, logSumExp } from "./sampling.ts";
import type { TextCodec } from "./text-codec.ts";
import type { Translator } from "./translator.ts";

/** An encoder–decoder checkpoint ready to be asked. */
export interface TranslationModel {
  readonly translator: Translator;
  readonly codec: TextCodec;
  render(prompt: string): string;
  encode(rendered: string): number[];
}

/** A prompt's tokens, or why there are none that fit. */
function sourceOf(model: TranslationModel, text: string): number[] | string {
  const ids = model.encode(model.render(text));
  if (ids.length === 0) return "the prompt is empty";
  const { window } = model.codec;
  return ids.length > window ? `the prompt has ${ids.length} tokens, the model's context window is ${window}` : ids;
}

/** Generates for exactly the requests given, as one batch. A finished row stays in it: no other's answer changes by that. */
export async function* translateBatch(
  model: TranslationModel,
  requests: readonly GenerateRequest[],
  { options, signal }: { readonly options: GenerateOptions; readonly signal: AbortSignal },
): AsyncGenerator<Outcome<Completion>> {
  const { codec, translator } = model;
  const started = performance.now();
  const stops = createStopStrings(codec, options.stop);
  const round: Round = { codec, options, stops, elapsed: () => performance.now() - started };
  const rows: Row[] = [];
  for (const { index, prompt, seed } of requests) {
    const source = sourceOf(model, prompt);
    if (typeof source === "string") yield failed(index, source);
    else
      rows.push({
        index,
        prompt: source,
        draw: createDraw(seed),
        limit: options.maxTokens,
        ids: [],
        logprobs: [],
        firstTokenMs: 0,
      });
  }
  if (rows.length === 0) return;
  const encoded = await translator.encode(
    padRows(
      rows.map(({ prompt }) => prompt),
      codec.padId,
    ),
  );
  const open = new Set(rows);
  for (let step = 0; open.size > 0; step++) {
    signal.throwIfAborted();
    const length = translator.start.length + step;
    const fed = rows.map(({ ids }) => [...translator.start, ...ids].slice(0, length));
    const whole = fed.map((ids) => [...ids, ...Array.from({ length: length - ids.length }, () => codec.padId)]);
    const { logits, vocabulary } = await translator.decode(padRows(whole, codec.padId), encoded);
    for (const [number, row] of rows.entries()) {
      if (!open.has(row)) continue;
      const at = (number * length + length - 1) * vocabulary;
      const result = advance(row, logits.subarray(at, at + vocabulary), round);
      if (result === null) continue;
      open.delete(row);
      yield result;
    }
  }
}

interface Target {
  readonly request: number;
  readonly source: readonly number[];
  readonly ids: readonly number[];
}

/**
 * Scores continuations, each tokenised by itself and without end of text, as lm-evaluation-harness 0.4 does with
 * encoder–decoder models.
 */
export async function* scoreTranslations(
  model: TranslationModel,
  requests: readonly LikelihoodRequest[],
  signal: AbortSignal,
): AsyncGenerator<Outcome<readonly ContinuationScore[]>> {
  const targets: Target[] = [];
  const scores = new Map<number, ContinuationScore[]>();
  for (const [request, { index, context, continuations }] of requests.entries()) {
    const source = sourceOf(model, context);
    const ids = continuations.map((text) => model.codec.encodePlain(text));
    if (typeof source === "string") yield failed(index, source);
    else if (ids.some((each) => each.length === 0)) yield failed(index, "a continuation has no token of its own");
    else {
      scores.set(request, []);
      targets.push(...ids.map((each) => ({ request, source, ids: each })));
    }
  }
  // As many rows at a time as requests were asked for.
  for (let start = 0; start < targets.length; start += requests.length) {
    signal.throwIfAborted();
    const part = targets.slice(start, start + requests.length);
    const found = await scoreTargets(model, part);
    for (const [at, { request }] of part.entries()) scores.get(request)?.push(found[at] as ContinuationScore);
  }
  for (const [request, value] of scores) {
    const index = requests[request]?.index ?? 0;
    if (value.some(({ logprob }) => Number.isNaN(logprob)))
      yield failed(index, "the model's output is not a number (NaN)");
    else yield { index, kind: "done", value };
  }
}

async function scoreTargets(
  { codec, translator }: TranslationModel,
  targets: readonly Target[],
): Promise<ContinuationScore[]> {
  const encoded = await translator.encode(
    padRows(
      targets.map(({ source }) => source),
      codec.padId,
    ),
  );
  const fed = padRows(
    targets.map(({ ids }) => [...translator.start, ...ids.slice(0, -1)]),
    codec.padId,
  );
  const { logits, vocabulary } = await translator.decode(fed, encoded);
  return targets.map(({ ids }, row) => {
    let logprob = 0;
    let greedy = true;
    for (const [place, token] of ids.entries()) {
      const at = (row * fed.columns + translator.start.length - 1 + place) * vocabulary;
      const values = logits.subarray(at, at + vocabulary);
      logprob += (values[token] as number) - logSumExp(values);
      if (argmax(values) !== token) greedy = false;
    }
    return { logprob, tokens: ids.length, greedy };
  });
}

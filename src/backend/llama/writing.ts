import type { GenerateOptions, GenerateRequest, Outcome } from "../../core/backend.ts";
import type { Completion, FinishReason } from "../../core/completion.ts";
import type { Reader } from "../continuations.ts";
import { failed } from "../failed.ts";
import { createStopStrings, type StopStrings } from "../stop-strings.ts";
import type { LlamaModel, Next, Sequence, Wanted } from "./runtime.ts";
import { logprobOf } from "./scoring.ts";

interface WritingOptions {
  readonly request: GenerateRequest;
  readonly options: GenerateOptions;
  readonly signal: AbortSignal;
  /** When the batch was handed over, on the monotonic clock. */
  readonly started: number;
}

/** An answer while it is written. */
interface Draft extends WritingOptions {
  readonly model: LlamaModel;
  readonly prompt: readonly number[];
  /** Tokens that the context window leaves. */
  readonly room: number;
  readonly stops: StopStrings;
  readonly ids: number[];
  readonly logprobs: number[];
  firstTokenMs: number;
}

type Result = Outcome<Completion>;

/** Writes one answer, token by token; several sequences do so together, in one batch of the engine. */
export async function write(
  { reader, model }: { readonly reader: Reader; readonly model: LlamaModel },
  sequence: Sequence,
  asked: WritingOptions,
): Promise<Result> {
  const draft = openDraft(reader, model, asked);
  if ("kind" in draft) return draft;
  await sequence.clearHistory();
  let fed = draft.prompt;
  for (;;) {
    asked.signal.throwIfAborted();
    const wanted = wantedAt(draft.ids.length, asked);
    const outputs = await sequence.controlledEvaluate([
      ...fed.slice(0, -1),
      [fed.at(-1) as number, { generateNext: wanted }],
    ]);
    const next = outputs.at(-1)?.next ?? {};
    const result = advance(draft, next);
    if (result !== null) return result;
    fed = draft.ids.slice(-1);
  }
}

function openDraft(reader: Reader, model: LlamaModel, asked: WritingOptions): Draft | Result {
  const { index, prompt: text } = asked.request;
  const { prefixId, window } = reader.codec;
  const prompt = reader.encode(reader.render(text));
  if (prompt.length === 0 && prefixId !== null) prompt.push(prefixId);
  if (prompt.length === 0) return failed(index, "the prompt is empty and the model has no token to begin a text with");
  const room = window - prompt.length;
  if (room < 1) {
    const why = `the prompt has ${prompt.length} tokens, the context window is ${window}`;
    return failed(index, `${why}: raise the option context_window if the model can do more`);
  }
  const stops = createStopStrings({ decode: (ids) => model.detokenize(ids, false) }, asked.options.stop);
  return { ...asked, model, prompt, room, stops, ids: [], logprobs: [], firstTokenMs: 0 };
}

/** Takes the next token. Returns the result if that ends the answer. */
function advance(draft: Draft, next: Next): Result | null {
  const { ids, model, options, request, room, stops } = draft;
  const { token } = next;
  if (token == null) return failed(request.index, "the model's output is not a number (NaN)");
  if (ids.length === 0) draft.firstTokenMs = performance.now() - draft.started;
  if (model.isEogToken(token)) return close(draft, [decode(draft), "stop"]);
  ids.push(token);
  if (options.logprobs) draft.logprobs.push(chosenLogprob(token, next));
  if (stops.mayEndWith(token)) {
    const text = decode(draft);
    const end = stops.find(text);
    if (end >= 0) return close(draft, [text.slice(0, end), "stop"]);
  }
  if (ids.length >= options.maxTokens) return close(draft, [decode(draft), "length"]);
  if (ids.length < room) return null;
  const lengths = `the prompt has ${draft.prompt.length} tokens and the context window ${draft.prompt.length + room}`;
  return failed(request.index, `${lengths}: the output did not end within the ${room} tokens that leaves`);
}

function decode({ model, ids, prompt }: Draft): string {
  return ids.length === 0 ? "" : model.detokenize(ids, false, prompt);
}

function close(draft: Draft, [text, finish]: readonly [string, FinishReason]): Result {
  const { firstTokenMs, ids, logprobs, options, prompt, request, started } = draft;
  const value: Completion = {
    text,
    finish,
    tokens: { prompt: prompt.length, completion: ids.length },
    timings: { totalMs: performance.now() - started, firstTokenMs },
    ...(options.logprobs ? { logprobs } : {}),
  };
  return { index: request.index, kind: "done", value };
}

/** What to ask for the token of that place. Each has a seed of its own: the engine's sampler begins anew each time. */
function wantedAt(place: number, { options, request }: WritingOptions): Wanted {
  const { temperature, topK, topP, logprobs } = options;
  if (temperature === 0) {
    const greedy = { token: true, options: { temperature: 0, topK: 0, topP: 1, seed: 0 } } as const;
    if (!logprobs) return greedy;
    return { ...greedy, logits: { filter: { tokens: [], includeTop: 1 } }, totalLogitWeight: true };
  }
  const seed = (request.seed + Math.imul(place, 0x9e3779b1)) >>> 0;
  const drawn = { token: true, options: { temperature, topK, topP, seed } } as const;
  // The sum of weights would be that of the tokens left to draw from: the whole distribution needs all logits.
  return logprobs ? { ...drawn, logits: true } : drawn;
}

function chosenLogprob(token: number, { logits, totalLogitWeight }: Next): number {
  if (logits === undefined) return NaN;
  if (totalLogitWeight !== undefined) return logprobOf(token, { logits, totalLogitWeight });
  let top = -Infinity;
  for (const logit of logits.values()) top = Math.max(top, logit);
  let weight = 0;
  for (const logit of logits.values()) weight += Math.exp(logit - top);
  return logprobOf(token, { logits, totalLogitWeight: weight });
}

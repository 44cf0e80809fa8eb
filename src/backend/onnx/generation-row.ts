import type { GenerateOptions, Outcome } from "../../core/backend.ts";
import type { Completion, FinishReason } from "../../core/completion.ts";
import { failed } from "../failed.ts";
import type { StopStrings } from "../stop-strings.ts";
import { argmax, logSumExp, sampleToken, type Draw } from "./sampling.ts";
import type { TextCodec } from "./text-codec.ts";

/** One answer while it is generated. */
export interface Row {
  readonly index: number;
  readonly prompt: readonly number[];
  readonly draw: Draw;
  /** Most tokens this row may generate: max_tokens, or what the context window leaves. */
  readonly limit: number;
  readonly ids: number[];
  readonly logprobs: number[];
  firstTokenMs: number;
}

/** What the rows of a batch share. */
export interface Round {
  readonly codec: TextCodec;
  readonly options: GenerateOptions;
  readonly stops: StopStrings;
  /** Milliseconds since the batch was handed over. */
  readonly elapsed: () => number;
}

type Result = Outcome<Completion>;

function close(row: Row, round: Round, [text, finish]: readonly [string, FinishReason]): Result {
  const value: Completion = {
    text,
    finish,
    tokens: { prompt: row.prompt.length, completion: row.ids.length },
    timings: { totalMs: round.elapsed(), firstTokenMs: row.firstTokenMs },
    ...(round.options.logprobs ? { logprobs: row.logprobs } : {}),
  };
  return { index: row.index, kind: "done", value };
}

/** Picks a row's next token. Returns the row's result if that ends it. */
export function advance(row: Row, logits: Float32Array, round: Round): Result | null {
  const { codec, options, stops } = round;
  const token = options.temperature > 0 ? sampleToken(logits, options, row.draw) : argmax(logits);
  if (token < 0) return failed(row.index, "the model's output is not a number (NaN)");
  if (row.ids.length === 0) row.firstTokenMs = round.elapsed();
  const decode = (): string => codec.decode(row.ids);
  if (codec.endIds.has(token)) return close(row, round, [decode(), "stop"]);
  row.ids.push(token);
  if (options.logprobs) row.logprobs.push((logits[token] as number) - logSumExp(logits));
  if (stops.mayEndWith(token)) {
    const text = decode();
    const end = stops.find(text);
    if (end >= 0) return close(row, round, [text.slice(0, end), "stop"]);
  }
  if (row.ids.length < row.limit) return null;
  if (row.limit < options.maxTokens) {
    const lengths = `the prompt has ${row.prompt.length} tokens and the context window ${codec.window}`;
    return failed(row.index, `${lengths}: the output did not end within the ${row.limit} tokens that leaves`);
  }
  return close(row, round, [decode(), "length"]);
}

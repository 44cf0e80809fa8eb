import type { Completion, FinishReason } from "../../core/completion.ts";
import { UnusableAnswerError } from "../http/failure.ts";
import { findStop } from "../stop.ts";

/** The parts of an OpenAI-style answer that are read. Everything may be missing: servers differ, and lie. */
export interface RawAnswer {
  readonly choices?: readonly RawChoice[] | null;
  readonly usage?: { readonly prompt_tokens?: unknown; readonly completion_tokens?: unknown } | null;
  readonly error?: unknown;
}

interface RawChoice {
  readonly text?: unknown;
  readonly message?: { readonly content?: unknown; readonly refusal?: unknown } | null;
  readonly finish_reason?: unknown;
  readonly logprobs?: RawLogprobs | null;
}

export interface RawLogprobs {
  /** Chat. */
  readonly content?: readonly { readonly logprob?: unknown }[] | null;
  /** Completions. */
  readonly tokens?: readonly unknown[] | null;
  readonly token_logprobs?: readonly unknown[] | null;
  readonly text_offset?: readonly unknown[] | null;
  readonly top_logprobs?: readonly (Readonly<Record<string, unknown>> | null)[] | null;
}

const FINISH: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  eos: "stop",
  eos_token: "stop",
  end_turn: "stop",
  stop_sequence: "stop",
  length: "length",
  max_tokens: "length",
  content_filter: "filter",
};

/** The first choice, or why the answer is of no use. */
export function firstChoice(json: unknown): { readonly answer: RawAnswer; readonly choice: RawChoice } {
  if (typeof json !== "object" || json === null) throw new UnusableAnswerError("the answer is not a JSON object");
  const answer = json as RawAnswer;
  if (answer.error !== undefined && answer.error !== null) {
    throw new UnusableAnswerError(`the server reports an error: ${JSON.stringify(answer.error).slice(0, 200)}`);
  }
  if (!Array.isArray(answer.choices)) throw new UnusableAnswerError("the answer has no choices");
  const choice = answer.choices[0] as RawChoice | null | undefined;
  if (choice === undefined || choice === null) throw new UnusableAnswerError("the answer's list of choices is empty");
  return { answer, choice };
}

function textOf(choice: RawChoice): string {
  if (typeof choice.text === "string") return choice.text;
  const { message } = choice;
  if (message === undefined || message === null) throw new UnusableAnswerError("the choice has no text");
  if (typeof message.content === "string") return message.content;
  if (typeof message.refusal === "string") return message.refusal;
  // Models that think before they answer give null when the token limit came first.
  if (message.content === null) return "";
  throw new UnusableAnswerError("the choice's content is not text");
}

function logprobsOf(choice: RawChoice): readonly number[] | undefined {
  const { logprobs } = choice;
  const values = logprobs?.content?.map((token) => token.logprob) ?? logprobs?.token_logprobs;
  if (values === undefined || values === null) return undefined;
  return values.filter((value): value is number => typeof value === "number");
}

function counts(answer: RawAnswer): Pick<Completion, "tokens"> {
  const prompt = answer.usage?.prompt_tokens;
  const completion = answer.usage?.completion_tokens;
  if (typeof prompt !== "number" || typeof completion !== "number") return {};
  return { tokens: { prompt, completion } };
}

/**
 * A completion from a chat or text answer, without its timings.
 *
 * @param stops cut off here too: some servers leave the stop string in
 */
export function readCompletion(json: unknown, stops: readonly string[], wantsLogprobs: boolean): Completion {
  const { answer, choice } = firstChoice(json);
  const text = textOf(choice);
  const cut = findStop(text, stops);
  const reason = typeof choice.finish_reason === "string" ? choice.finish_reason : "";
  const logprobs = wantsLogprobs ? logprobsOf(choice) : undefined;
  return {
    text: cut < 0 ? text : text.slice(0, cut),
    finish: cut < 0 ? (FINISH[reason] ?? "unknown") : "stop",
    ...counts(answer),
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}

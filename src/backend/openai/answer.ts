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
  readonly index?: unknown;
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

/** A choice of one event of a stream. */
export interface RawChunkChoice extends RawChoice {
  readonly delta?: {
    readonly content?: unknown;
    readonly refusal?: unknown;
    /** What a model thinks before it answers, by the names of two servers. */
    readonly reasoning_content?: unknown;
    readonly reasoning?: unknown;
  } | null;
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

/** What a server says went wrong, in an answer or event that looks like a success; null where nothing did. */
export function reportedError({ error }: { readonly error?: unknown }): string | null {
  if (error === undefined || error === null) return null;
  return `the server reports an error: ${JSON.stringify(error).slice(0, 200)}`;
}

function choicesOf(json: unknown): { readonly answer: RawAnswer; readonly choices: readonly (RawChoice | null)[] } {
  if (typeof json !== "object" || json === null) throw new UnusableAnswerError("the answer is not a JSON object");
  const answer = json as RawAnswer;
  const problem = reportedError(answer);
  if (problem !== null) throw new UnusableAnswerError(problem);
  if (!Array.isArray(answer.choices)) throw new UnusableAnswerError("the answer has no choices");
  return { answer, choices: answer.choices };
}

/** The first choice, or why the answer is of no use. */
export function firstChoice(json: unknown): { readonly answer: RawAnswer; readonly choice: RawChoice } {
  const { answer, choices } = choicesOf(json);
  const [choice] = choices;
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

/** How text is made of a choice. */
interface Reading {
  /** Cut off here too: some servers leave the stop string in. */
  readonly stops: readonly string[];
  readonly wantsLogprobs: boolean;
}

function completionOf(choice: RawChoice, { stops, wantsLogprobs }: Reading): Completion {
  const text = textOf(choice);
  const cut = findStop(text, stops);
  const reason = typeof choice.finish_reason === "string" ? choice.finish_reason : "";
  const logprobs = wantsLogprobs ? logprobsOf(choice) : undefined;
  return {
    text: cut < 0 ? text : text.slice(0, cut),
    finish: cut < 0 ? (FINISH[reason] ?? "unknown") : "stop",
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}

/** A completion from a chat or text answer, without its timings. */
export function readCompletion(json: unknown, stops: readonly string[], wantsLogprobs: boolean): Completion {
  const { answer, choice } = firstChoice(json);
  return { ...completionOf(choice, { stops, wantsLogprobs }), ...counts(answer) };
}

/**
 * The completions of an answer with n choices, in the order of their numbers. The server counts their tokens together,
 * so none has a count.
 */
export function readCompletions(json: unknown, n: number, reading: Reading): readonly Completion[] {
  const { choices } = choicesOf(json);
  const given = choices.filter((choice) => choice !== null);
  if (given.length !== n)
    throw new UnusableAnswerError(`the answer has ${given.length} choices, not the ${n} asked for`);
  const numberOf = (choice: RawChoice, place: number): number =>
    typeof choice.index === "number" ? choice.index : place;
  return given
    .map((choice, place) => ({ choice, number: numberOf(choice, place) }))
    .toSorted((a, b) => a.number - b.number)
    .map(({ choice }) => completionOf(choice, reading));
}

import type { Completion } from "../../core/completion.ts";
import { UnusableAnswerError } from "../http/failure.ts";
import { readCompletion, reportedError, type RawAnswer, type RawChunkChoice } from "./answer.ts";

const DONE = "[DONE]";

/** What has come so far. */
interface Collected {
  text: string;
  reason: unknown;
  logprobs: number[];
  usage: RawAnswer["usage"];
  firstTokenMs: number | undefined;
  isDone: boolean;
}

function addLogprobs(collected: Collected, choice: RawChunkChoice): void {
  const { logprobs } = choice;
  const values = logprobs?.content?.map((token) => token.logprob) ?? logprobs?.token_logprobs ?? [];
  for (const value of values) if (typeof value === "number") collected.logprobs.push(value);
}

function addChoice(collected: Collected, choice: RawChunkChoice, ms: number): void {
  const { delta } = choice;
  const piece = choice.text ?? delta?.content ?? delta?.refusal;
  const thought = delta?.reasoning_content ?? delta?.reasoning;
  if (typeof piece === "string") collected.text += piece;
  if ((piece !== undefined && piece !== null && piece !== "") || typeof thought === "string") {
    collected.firstTokenMs ??= ms;
  }
  if (typeof choice.finish_reason === "string") collected.reason = choice.finish_reason;
  addLogprobs(collected, choice);
}

function parseChunk(data: string): RawAnswer {
  let chunk: unknown;
  try {
    chunk = JSON.parse(data);
  } catch {
    throw new UnusableAnswerError(`an event is not JSON: ${JSON.stringify(data.slice(0, 60))}`);
  }
  if (typeof chunk !== "object" || chunk === null) throw new UnusableAnswerError("an event is not a JSON object");
  const problem = reportedError(chunk);
  if (problem !== null) throw new UnusableAnswerError(problem);
  return chunk;
}

/** Takes the events of one stream, with the milliseconds since sending. */
interface CompletionCollector {
  readonly event: (data: string, ms: number) => void;
  readonly end: () => Completion;
}

/**
 * Puts a completion together from the chunks of a stream, chat or text, with the time to its first token.
 *
 * @throws UnusableAnswerError, also at the end of a stream that ended too early
 */
export function collectCompletion(stops: readonly string[], wantsLogprobs: boolean): CompletionCollector {
  const collected: Collected = {
    text: "",
    reason: undefined,
    logprobs: [],
    usage: undefined,
    firstTokenMs: undefined,
    isDone: false,
  };
  return {
    event(data, ms) {
      if (data === DONE) {
        collected.isDone = true;
        return;
      }
      const chunk = parseChunk(data);
      const choice = chunk.choices?.[0];
      if (choice !== undefined && choice !== null) addChoice(collected, choice, ms);
      if (chunk.usage !== undefined && chunk.usage !== null) collected.usage = chunk.usage;
    },
    end() {
      const { text, reason, logprobs, usage, firstTokenMs, isDone } = collected;
      if (!isDone && reason === undefined) throw new UnusableAnswerError("the stream ended before the answer did");
      if (reason === undefined && text === "") throw new UnusableAnswerError("the stream has no choices");
      const choice = { text, finish_reason: reason, logprobs: { token_logprobs: logprobs } };
      const completion = readCompletion({ choices: [choice], usage: usage ?? null }, stops, wantsLogprobs);
      return firstTokenMs === undefined ? completion : { ...completion, timings: { totalMs: 0, firstTokenMs } };
    },
  };
}

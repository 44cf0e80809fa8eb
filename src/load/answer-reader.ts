import type { ErrorKinds, ErrorTally } from "./error-kind.ts";
import { createEventScanner, readUsage, type ScanState } from "./event-scanner.ts";
import type { MutableFacts } from "./flight.ts";

/** Largest part of an answer that is no stream which is kept, to say what was wrong with it. */
const LONGEST_BODY = 1 << 20;

/** Reads one answer after another, noting when its text came. */
export interface AnswerReader {
  reset(): void;
  start(status: number, contentType: unknown): void;
  /** @throws Error for a stream that makes no sense */
  take(chunk: Buffer, facts: MutableFacts): void;
  /** What is wrong with the answer that has ended; null for nothing. */
  end(facts: MutableFacts): ErrorTally | null;
}

export function createAnswerReader(classify: ErrorKinds): AnswerReader {
  const scanner = createEventScanner();
  let status = 0;
  let isStream = false;
  let body: Buffer[] | null = null;
  let size = 0;
  return {
    reset() {
      scanner.reset();
      status = 0;
      isStream = false;
      body = null;
      size = 0;
    },
    start(code, contentType) {
      status = code;
      isStream = code >= 200 && code < 300 && String(contentType).startsWith("text/event-stream");
    },
    take(chunk, facts) {
      if (isStream) noteTexts(facts, performance.now(), scanner.push(chunk));
      else if (size < LONGEST_BODY) {
        (body ??= []).push(chunk);
        size += chunk.length;
      }
    },
    end(facts) {
      if (isStream) {
        const told = scanner.end();
        facts.promptTokens = told.promptTokens;
        facts.outputTokens = told.outputTokens;
        return streamFailure(told, facts.chunks);
      }
      const text = body === null ? "" : Buffer.concat(body).toString("utf8");
      if (status < 200 || status > 299) return classify.status(status, text);
      if (text === "") return { kind: "empty answer", example: "the answer has no body" };
      readUsage(text, facts);
      return null;
    },
  };
}

/** Events that came in one piece have no time between them. */
function noteTexts(facts: MutableFacts, now: number, texts: number): void {
  for (let i = 0; i < texts; i++) {
    if (facts.chunks === 0) facts.first = now;
    else {
      if (facts.chunks > facts.gaps.length) facts.gaps = grown(facts.gaps);
      facts.gaps[facts.chunks - 1] = now - facts.last;
    }
    facts.chunks++;
    facts.last = now;
  }
}

function streamFailure({ error, isOver }: ScanState, chunks: number): ErrorTally | null {
  if (error !== "") return { kind: "error in the stream", example: error };
  if (!isOver) return { kind: "truncated stream", example: `it ended after ${chunks} events with text` };
  return chunks === 0 ? { kind: "empty answer", example: "the stream had no text" } : null;
}

function grown(values: Float64Array): Float64Array {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}

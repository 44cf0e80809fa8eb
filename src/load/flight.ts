import type { Dispatcher } from "undici";

import { createAnswerReader } from "./answer-reader.ts";
import type { ErrorKinds, ErrorTally } from "./error-kind.ts";

/** One request's times and counts, readable until the flight is used again. Times are `performance.now()`, milliseconds. */
export interface FlightFacts {
  /** When an open-loop schedule meant to send it; the same as `sent` where nothing was scheduled. */
  readonly intended: number;
  readonly sent: number;
  /** First and last event with text; NaN where the answer was no stream. */
  readonly first: number;
  readonly last: number;
  readonly end: number;
  /** Events with text. */
  readonly chunks: number;
  /** Gaps between events with text, the first `chunks − 1` of it. */
  readonly gaps: Float64Array;
  /** As the server counted; NaN where it did not. */
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** What went wrong; null for a complete answer. */
  readonly failure: ErrorTally | null;
}

export type Done = (facts: FlightFacts) => void;

/** A request on its way. One is made for each request that is ever under way at the same time, and used again. */
export interface Flight extends Dispatcher.DispatchHandler {
  readonly isUnderWay: boolean;
  readonly sent: number;
  begin(intended: number, done: Done): void;
  /** Ends it from this side. */
  fail(failure: ErrorTally): void;
}

export interface FlightOptions {
  readonly classify: ErrorKinds;
  /** The transport has let go of the flight: it may be used again. */
  readonly released: (flight: Flight) => void;
}

export type MutableFacts = { -readonly [K in keyof FlightFacts]: FlightFacts[K] };

export function createFlight({ classify, released }: FlightOptions): Flight {
  const reader = createAnswerReader(classify);
  const facts = freshFacts();
  let controller: Dispatcher.DispatchController | undefined;
  /** Null when nothing is under way. */
  let done: Done | null = null;
  const report = (failure: ErrorTally | null): void => {
    if (done === null) return;
    const tell = done;
    done = null;
    facts.end = performance.now();
    facts.failure = failure;
    tell(facts);
  };
  const flight: Flight = {
    get isUnderWay() {
      return done !== null;
    },
    get sent() {
      return facts.sent;
    },
    begin(intended, next) {
      done = next;
      controller = undefined;
      reader.reset();
      facts.intended = intended;
      facts.sent = performance.now();
      facts.first = facts.last = facts.promptTokens = facts.outputTokens = NaN;
      facts.chunks = 0;
    },
    fail(failure) {
      report(failure);
      // One that waits for a connection has no controller yet; it is aborted when it gets one.
      controller?.abort(new Error(failure.kind));
    },
    onRequestStart(given) {
      controller = given;
      if (done === null) given.abort(new Error("given up before it was sent"));
    },
    onResponseStart: (_, status, headers) => reader.start(status, headers["content-type"]),
    onResponseData: (_, chunk) => reader.take(chunk, facts),
    onResponseEnd() {
      if (done !== null) report(reader.end(facts));
      released(flight);
    },
    onResponseError(_, error) {
      report(classify.error(error));
      released(flight);
    },
  };
  return flight;
}

function freshFacts(): MutableFacts {
  return {
    intended: 0,
    sent: 0,
    first: NaN,
    last: NaN,
    end: 0,
    chunks: 0,
    gaps: new Float64Array(256),
    promptTokens: NaN,
    outputTokens: NaN,
    failure: null,
  };
}

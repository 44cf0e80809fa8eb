import type { Pool } from "undici";

import { errorKinds } from "./error-kind.ts";
import { createFlight, type Done, type Flight } from "./flight.ts";

/** What is sent. */
export interface Outgoing {
  readonly path: string;
  readonly body: string;
}

export interface LoadClient extends Disposable {
  /** Sends at once. `done` is called when the answer has ended; what it starts next must wait for another turn. */
  send(request: Outgoing, intended: number, done: Done): void;
  /** Gives up everything under way; each is done with the failure "cut off". */
  cutOff(): void;
}

export interface LoadClientOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds a whole answer may take. */
  readonly timeout: number;
  readonly redact: (text: string) => string;
}

/** The failure of requests that the end of a measurement gave up: they say nothing about the server. */
export const CUT_OFF = "cut off";
const SWEEP_MS = 250;

/** Sends requests over a pool with as few objects a request as can be: flights are used again. */
export function createLoadClient(pool: Pool, { headers, timeout, redact }: LoadClientOptions): LoadClient {
  const all: Flight[] = [];
  const free: Flight[] = [];
  const classify = errorKinds(redact);
  const make = (): Flight => {
    const flight = createFlight({ classify, released: (each) => void free.push(each) });
    all.push(flight);
    return flight;
  };
  const sweeper = setInterval(() => {
    const limit = performance.now() - timeout;
    const failure = { kind: "timeout", example: `no complete answer within ${timeout / 1000} s` };
    for (const flight of all) if (flight.isUnderWay && flight.sent < limit) flight.fail(failure);
  }, SWEEP_MS).unref();
  return {
    send({ path, body }, intended, done) {
      const flight = free.pop() ?? make();
      flight.begin(intended, done);
      pool.dispatch({ path, method: "POST", headers, body }, flight);
    },
    cutOff() {
      for (const flight of all) if (flight.isUnderWay) flight.fail({ kind: CUT_OFF, example: "the measurement ended" });
    },
    [Symbol.dispose]: () => clearInterval(sweeper),
  };
}

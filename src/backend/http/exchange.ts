import type { Dispatcher, Pool } from "undici";

/** Longest silence in the midst of an answer, in milliseconds. */
const IDLE_LIMIT = 60_000;

/** One answer of a server, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly location: string | undefined;
  readonly body: string;
  /** Milliseconds from sending to the body's end. */
  readonly ms: number;
}

/** A request on its way. */
interface Flight {
  readonly deadline: number;
  /** When the answer's last bytes came; infinite before the first, as a model may think as long as it likes. */
  lastBytes: number;
  /** Known once the request has a connection. */
  controller: Dispatcher.DispatchController | undefined;
  abort(reason: Error): void;
}

/** Sends requests over one pool, with a limit on their whole duration. */
export interface Exchange {
  /** Rejects with the transport's error, or with the signal's reason. */
  send(request: Outgoing, signal: AbortSignal): Promise<Answer>;
  stop(): void;
}

export interface Outgoing {
  readonly path: string;
  readonly body: string;
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** The answer, or its rest, did not come in time. */
export class AnswerTimeoutError extends Error {}

/** Aborts flights when a signal fires, with one listener a signal: adding one a request costs more than parsing it. */
function createAbortRegistry(): (signal: AbortSignal) => Set<Flight> {
  const known = new WeakMap<AbortSignal, Set<Flight>>();
  return (signal) => {
    let flights = known.get(signal);
    if (flights === undefined) {
      const created = new Set<Flight>();
      const abortAll = (): void => {
        for (const flight of created) flight.abort(signal.reason as Error);
      };
      signal.addEventListener("abort", abortAll, { once: true });
      known.set(signal, created);
      flights = created;
    }
    return flights;
  };
}

interface Receiver {
  readonly flight: Flight;
  /** False once the request was aborted. */
  isWanted(): boolean;
  /** Takes the flight off the books. */
  land(): void;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/** Collects one answer. Most come in one piece, which is then decoded where it lies. */
function createHandler(receiver: Receiver): Dispatcher.DispatchHandler {
  const { flight } = receiver;
  const started = performance.now();
  let status = 0;
  let headers: Dispatcher.ResponseData["headers"] = {};
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  return {
    onRequestStart(controller) {
      flight.controller = controller;
      if (!receiver.isWanted()) controller.abort(new Error("aborted before it was sent"));
    },
    onResponseStart(_, code, fields) {
      status = code;
      headers = fields;
    },
    onResponseData(_, chunk) {
      flight.lastBytes = performance.now();
      if (first === undefined) first = chunk;
      else (more ??= [first]).push(chunk);
    },
    onResponseEnd() {
      receiver.land();
      const bytes = more === undefined ? first : Buffer.concat(more);
      receiver.resolve({
        status,
        retryAfter: headerText(headers["retry-after"]),
        location: headerText(headers["location"]),
        body: bytes === undefined ? "" : bytes.toString("utf8"),
        ms: performance.now() - started,
      });
    },
    onResponseError(_, error) {
      receiver.land();
      receiver.reject(error);
    },
  };
}

/**
 * @param options.headers sent with every request
 * @param options.timeout milliseconds a request may take from sending to the body's end
 */
export function createExchange(
  pool: Pool,
  options: { readonly headers: Readonly<Record<string, string>>; readonly timeout: number },
): Exchange {
  const { headers, timeout } = options;
  const idleLimit = Math.min(timeout, IDLE_LIMIT);
  // One sweep over all of them every second, for timers of each request's own would cost more than parsing its answer.
  const waiting = new Set<Flight>();
  const flightsOf = createAbortRegistry();
  let sweeper: NodeJS.Timeout | undefined;
  const sweep = (): void => {
    const now = performance.now();
    for (const flight of waiting) {
      if (now > flight.deadline) flight.abort(new AnswerTimeoutError(`no complete answer within ${timeout / 1000} s`));
      else if (now - flight.lastBytes > idleLimit) {
        flight.abort(new AnswerTimeoutError(`the answer stalled for ${idleLimit / 1000} s`));
      }
    }
  };
  const send = (request: Outgoing, signal: AbortSignal): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      sweeper ??= setInterval(sweep, Math.min(1000, timeout / 4)).unref();
      const ofSignal = flightsOf(signal);
      const land = (): void => {
        waiting.delete(flight);
        ofSignal.delete(flight);
      };
      const flight: Flight = {
        deadline: performance.now() + timeout,
        lastBytes: Infinity,
        controller: undefined,
        abort(reason) {
          land();
          flight.controller?.abort(reason);
          reject(reason);
        },
      };
      waiting.add(flight);
      ofSignal.add(flight);
      const isWanted = (): boolean => waiting.has(flight);
      const handler = createHandler({ flight, isWanted, land, resolve, reject });
      pool.dispatch({ path: request.path, method: "POST", headers, body: request.body }, handler);
    });
  return { send, stop: () => clearInterval(sweeper) };
}

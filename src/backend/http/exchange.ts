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
  /** Its place among the flights; given to another once it has landed. */
  readonly slot: number;
  readonly signal: AbortSignal;
  readonly deadline: number;
  /** When the answer's last bytes came; infinite before the first, as a model may think as long as it likes. */
  lastBytes: number;
  /** Known once the request has a connection. */
  controller: Dispatcher.DispatchController | undefined;
  hasLanded: boolean;
  reject(error: Error): void;
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

/** The requests under way. */
interface Flights {
  start(signal: AbortSignal, deadline: number, reject: (error: Error) => void): Flight;
  land(flight: Flight): void;
  /** Ends those that match, with the reason given for each. */
  abortWhere(match: (flight: Flight) => Error | undefined): void;
}

/**
 * Slots that are used again. The obvious Set cost more: 37 against 32 µs of CPU a request, the least of four turns of
 * 60,000 requests through a bare dispatch loop against bench/overhead/server.ts on a busy two-core machine.
 */
function createFlights(): Flights {
  const slots: (Flight | undefined)[] = [];
  const free: number[] = [];
  const land = (flight: Flight): void => {
    if (flight.hasLanded) return;
    flight.hasLanded = true;
    slots[flight.slot] = undefined;
    free.push(flight.slot);
  };
  return {
    start(signal, deadline, reject) {
      const slot = free.pop() ?? slots.length;
      const flight: Flight = {
        slot,
        signal,
        deadline,
        lastBytes: Infinity,
        controller: undefined,
        hasLanded: false,
        reject,
      };
      slots[slot] = flight;
      return flight;
    },
    land,
    abortWhere(match) {
      for (const flight of slots) {
        const reason = flight === undefined ? undefined : match(flight);
        if (flight === undefined || reason === undefined) continue;
        land(flight);
        // One that waits for a connection has no controller yet; it is aborted when it gets one.
        flight.controller?.abort(reason);
        flight.reject(reason);
      }
    },
  };
}

/** Collects one answer. Most come in one piece, which is then decoded where it lies. */
function createHandler(
  flight: Flight,
  flights: Flights,
  resolve: (answer: Answer) => void,
): Dispatcher.DispatchHandler {
  const started = performance.now();
  let status = 0;
  let headers: Dispatcher.ResponseData["headers"] = {};
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  return {
    onRequestStart(controller) {
      flight.controller = controller;
      if (flight.hasLanded) controller.abort(new Error("aborted before it was sent"));
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
      flights.land(flight);
      const bytes = more === undefined ? first : Buffer.concat(more);
      resolve({
        status,
        retryAfter: headerText(headers["retry-after"]),
        location: headerText(headers["location"]),
        body: bytes === undefined ? "" : bytes.toString("utf8"),
        ms: performance.now() - started,
      });
    },
    onResponseError(_, error) {
      flights.land(flight);
      flight.reject(error);
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
  const flights = createFlights();
  const listeners = new Map<AbortSignal, () => void>();
  let sweeper: NodeJS.Timeout | undefined;
  const overdue = (flight: Flight): Error | undefined => {
    const now = performance.now();
    if (now > flight.deadline) return new AnswerTimeoutError(`no complete answer within ${timeout / 1000} s`);
    if (now - flight.lastBytes <= idleLimit) return undefined;
    return new AnswerTimeoutError(`the answer stalled for ${idleLimit / 1000} s`);
  };
  /** One listener a signal and one sweep a second: a listener and a timer a request would cost more than its answer. */
  const watch = (signal: AbortSignal): void => {
    sweeper ??= setInterval(() => flights.abortWhere(overdue), Math.min(1000, timeout / 4)).unref();
    if (listeners.has(signal)) return;
    const abortAll = (): void =>
      flights.abortWhere((flight) => (flight.signal === signal ? (signal.reason as Error) : undefined));
    listeners.set(signal, abortAll);
    signal.addEventListener("abort", abortAll, { once: true });
  };
  const send = (request: Outgoing, signal: AbortSignal): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      watch(signal);
      const flight = flights.start(signal, performance.now() + timeout, reject);
      const handler = createHandler(flight, flights, resolve);
      pool.dispatch({ path: request.path, method: "POST", headers, body: request.body }, handler);
    });
  const stop = (): void => {
    clearInterval(sweeper);
    for (const [signal, listener] of listeners) signal.removeEventListener("abort", listener);
    listeners.clear();
  };
  return { send, stop };
}

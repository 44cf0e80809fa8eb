import type { Dispatcher, Pool } from "undici";

import { createEventReader, type EventReader } from "./event-stream.ts";
import { createFlights, type Flight, type Flights } from "./flights.ts";

/** One answer of a server, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly location: string | undefined;
  /** The Server header: some servers are recognised by it. */
  readonly server: string | undefined;
  /** Empty where the answer came as events. */
  readonly body: string;
  /** True if it came as server-sent events, each of which `onEvent` was given. */
  readonly isStream: boolean;
  /** Milliseconds from sending to the body's end. */
  readonly ms: number;
}

/** Sends requests over one pool, with limits on their duration. */
export interface Exchange {
  /** Rejects with the transport's error, or with the signal's reason. */
  send(request: Outgoing, signal: AbortSignal): Promise<Answer>;
  stop(): void;
}

export interface Outgoing {
  readonly path: string;
  /** Posted; without one the request is a GET. */
  readonly body?: string | Uint8Array;
  /** Beside those of all requests. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Given the data of each event of a successful event stream, and the milliseconds since sending. May throw. */
  readonly onEvent?: (data: string, ms: number) => void;
  /** Given each message of an exchange whose answers are messages (gRPC), and the milliseconds since sending. */
  readonly onMessage?: (message: Buffer, ms: number) => void;
  /** Given the bytes of an answer that is not text, which `body` then lacks. */
  readonly onBytes?: (bytes: Buffer, headers: ResponseHeaders) => void;
  /** Milliseconds, where it may take less than others. */
  readonly timeout?: number;
}

export type ResponseHeaders = Dispatcher.ResponseData["headers"];

/** Milliseconds. */
export interface ExchangeLimits {
  /** From sending to the body's end. */
  readonly timeout: number;
  /** From sending to the answer's first byte. */
  readonly headersTimeout: number;
  /** Longest silence in the midst of an answer. */
  readonly idleTimeout: number;
}

/** One header as text. */
export function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** The answer, or its rest, did not come in time. */
export class AnswerTimeoutError extends Error {}

interface Handled {
  readonly request: Outgoing;
  readonly flight: Flight;
  readonly flights: Flights;
  readonly resolve: (answer: Answer) => void;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function isEventStream(headers: ResponseHeaders): boolean {
  return headerText(headers["content-type"])?.startsWith("text/event-stream") === true;
}

/**
 * Collects one answer. Most come in one piece, which is then decoded where it lies. A class, because every request has
 * one: methods cost nothing, closures are made anew.
 */
class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #handled: Handled;
  #status = 0;
  #headers: ResponseHeaders = {};
  #events: EventReader | undefined;
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;

  constructor(handled: Handled) {
    this.#handled = handled;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { flight } = this.#handled;
    flight.controller = controller;
    if (flight.hasLanded) controller.abort(new Error("aborted before it was sent"));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    this.#status = status;
    this.#headers = headers;
    const { flight, request } = this.#handled;
    const { onEvent } = request;
    if (onEvent === undefined || !isSuccess(status) || !isEventStream(headers)) return;
    this.#events = createEventReader((data) => onEvent(data, performance.now() - flight.started));
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handled.flight.lastBytes = performance.now();
    if (this.#events !== undefined) this.#guard(() => this.#events?.push(chunk));
    else if (this.#first === undefined) this.#first = chunk;
    else (this.#more ??= [this.#first]).push(chunk);
  }

  onResponseEnd(): void {
    if (this.#events === undefined && this.#handled.request.onBytes === undefined) this.#land(this.#bytes());
    else this.#guard(() => this.#landRead());
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const { flight, flights } = this.#handled;
    flights.land(flight);
    flight.reject(error);
  }

  #bytes(): Buffer | undefined {
    return this.#more === undefined ? this.#first : Buffer.concat(this.#more);
  }

  /** Gives the request's own reader what is left, before the answer is passed on. */
  #landRead(): void {
    const { onBytes } = this.#handled.request;
    this.#events?.end();
    const bytes = this.#bytes();
    const isRaw = onBytes !== undefined && bytes !== undefined && isSuccess(this.#status);
    if (isRaw) onBytes(bytes, this.#headers);
    this.#land(isRaw ? undefined : bytes);
  }

  #land(bytes: Buffer | undefined): void {
    const { flight, flights, resolve } = this.#handled;
    if (flight.hasLanded) return;
    flights.land(flight);
    const headers = this.#headers;
    resolve({
      status: this.#status,
      retryAfter: headerText(headers["retry-after"]),
      location: headerText(headers["location"]),
      server: headerText(headers["server"]),
      body: bytes === undefined ? "" : bytes.toString("utf8"),
      isStream: this.#events !== undefined,
      ms: performance.now() - flight.started,
    });
  }

  /** A reader that throws ends the request with its error. */
  #guard(work: () => void): void {
    const { flight, flights } = this.#handled;
    try {
      work();
    } catch (error) {
      if (flight.hasLanded) return;
      flights.land(flight);
      flight.controller?.abort(error as Error);
      flight.reject(error as Error);
    }
  }
}

function lateness(flight: Flight, now: number, { timeout, headersTimeout, idleTimeout }: ExchangeLimits) {
  if (now > flight.deadline) {
    const limit = Math.round((flight.deadline - flight.started) / 100) / 10;
    return new AnswerTimeoutError(`no complete answer within ${limit} s`);
  }
  if (flight.lastBytes === Infinity && headersTimeout < timeout && now - flight.started > headersTimeout) {
    return new AnswerTimeoutError(`no answer began within ${headersTimeout / 1000} s`);
  }
  if (now - flight.lastBytes <= idleTimeout) return undefined;
  return new AnswerTimeoutError(`the answer stalled for ${idleTimeout / 1000} s`);
}

/** @param headers sent with every request */
export function createExchange(
  pool: Pool,
  headers: Readonly<Record<string, string>>,
  limits: ExchangeLimits,
): Exchange {
  const { timeout } = limits;
  const shortest = Math.min(timeout, limits.headersTimeout, limits.idleTimeout);
  const flights = createFlights();
  const listeners = new Map<AbortSignal, () => void>();
  let sweeper: NodeJS.Timeout | undefined;
  const sweep = (): void => {
    const now = performance.now();
    flights.abortWhere((flight) => lateness(flight, now, limits));
  };
  /** One listener a signal and one sweep a second: a listener and a timer a request would cost more than its answer. */
  const watch = (signal: AbortSignal): void => {
    sweeper ??= setInterval(sweep, Math.min(1000, shortest / 4)).unref();
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
      const now = performance.now();
      const flight = flights.start({ signal, started: now, deadline: now + (request.timeout ?? timeout), reject });
      const handler = new AnswerHandler({ request, flight, flights, resolve });
      const { path, body } = request;
      const sent = request.headers === undefined ? headers : { ...headers, ...request.headers };
      const message: Dispatcher.DispatchOptions =
        body === undefined ? { path, method: "GET", headers: sent } : { path, method: "POST", headers: sent, body };
      pool.dispatch(message, handler);
    });
  const stop = (): void => {
    clearInterval(sweeper);
    for (const [signal, listener] of listeners) signal.removeEventListener("abort", listener);
    listeners.clear();
  };
  return { send, stop };
}

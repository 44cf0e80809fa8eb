import { EvalhError } from "../../core/errors.ts";
import type { Circuit } from "./circuit.ts";
import type { Clock } from "./clock.ts";
import type { Answer, Exchange, Outgoing, ResponseHeaders } from "./exchange.ts";
import { classifyError, classifyStatus, UnusableAnswerError, type Failure } from "./failure.ts";
import type { Landing, Limiter } from "./limiter.ts";
import { MAX_REDIRECTS, sameHostPath } from "./redirect.ts";
import { backoff, MAX_ATTEMPTS, parseRetryAfter, type RetryBudget } from "./retry.ts";

/** What all requests to one endpoint share. */
export interface Endpoint {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path that requests begin with. */
  readonly prefix: string;
  readonly address: string;
  readonly exchange: Exchange;
  readonly circuit: Circuit;
  readonly budget: RetryBudget;
  /** Null where the caller bounds the number of requests. */
  readonly limiter: Limiter | null;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/** One request's outcome: what `read` made of the answer, or why there is none after all tries. */
export type Reply<T> =
  | { readonly kind: "read"; readonly value: T; readonly ms: number }
  /** `answer` is what the server last said, where it said anything; it may hold keys that `message` does not. */
  | { readonly kind: "failed"; readonly message: string; readonly answer?: Answer };

/** Makes a value of server-sent events. */
export interface EventCollector<T> {
  /**
   * @param ms since sending
   * @throws UnusableAnswerError for what the API does not promise
   */
  event(data: string, ms: number): void;
  end(): T;
}

/** Makes a value of the messages of an exchange whose answers are messages. */
export interface MessageCollector<T> {
  message(bytes: Buffer, ms: number): void;
  end(): T;
}

export interface Call<T> {
  /** Appended to the base URL's path. */
  readonly path: string;
  /** JSON text, or whatever `headers` say it is. */
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes a value of the parsed answer; throws UnusableAnswerError for what the API does not promise. */
  read(json: unknown): T;
  /** A new collector for each try, where the answer may come as events. */
  stream?(): EventCollector<T>;
  /** A new collector for each try, where the answer comes as messages. */
  collect?(): MessageCollector<T>;
  /** Instead of `read`, for answers that are not all JSON. */
  readonly readBytes?: (bytes: Buffer, headers: ResponseHeaders) => T;
}

/** The error that ends everything asked of an endpoint. */
export function endpointError(endpoint: Endpoint, message: string, hint: string | undefined): EvalhError {
  const text = endpoint.redact(`${endpoint.address}: ${message}`);
  return new EvalhError("E_BACKEND", text, hint === undefined ? {} : { hint });
}

async function passCircuit(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  for (;;) {
    const permit = endpoint.circuit.ask(endpoint.clock.now());
    if (permit.kind === "go") return;
    if (permit.kind === "gone") {
      const hint = "Start the server again and resume the run; finished samples are kept.";
      throw endpointError(endpoint, permit.reason, hint);
    }
    await endpoint.clock.sleep(permit.ms, signal);
  }
}

/** JSON.parse with what arrived instead, for the record. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    const beginning = JSON.stringify(body.slice(0, 60));
    throw new UnusableAnswerError(body === "" ? "the answer is empty" : `the answer is not JSON: ${beginning}`);
  }
}

/** The answer of where the same host redirects a request; the redirect itself where it leads elsewhere. */
export async function followed(
  answer: Answer,
  { exchange, origin }: Pick<Endpoint, "exchange" | "origin">,
  [request, signal]: readonly [Outgoing, AbortSignal],
): Promise<Answer> {
  let last = answer;
  let { path } = request;
  for (let hop = 0; hop < MAX_REDIRECTS && isRedirect(last); hop++) {
    const next = sameHostPath(last, { origin, path });
    if (next === null) break;
    path = next;
    last = await exchange.send({ ...request, path }, signal);
  }
  return last;
}

/** True for an answer that names another place. */
export function isRedirect({ status }: Pick<Answer, "status">): boolean {
  return status >= 300 && status < 400;
}

/** A try's value, or its failure and how long the server asked to wait. */
type Try<T> =
  | { readonly value: T; readonly ms: number }
  | { readonly failure: Failure; readonly wait?: number | undefined; readonly answer?: Answer };

/** What goes out for a call, and how its value is read of what comes back. */
interface Prepared<T> {
  readonly request: Outgoing;
  readonly read: (answer: Answer) => T;
}

/** A call whose answer is not, or not only, JSON. */
function prepareSpecial<T>(plain: Outgoing, call: Call<T>): Prepared<T> {
  const readText = (answer: Answer): T => call.read(parseJson(answer.body));
  const { readBytes } = call;
  if (readBytes !== undefined) {
    let raw: { readonly value: T } | undefined;
    const onBytes = (bytes: Buffer, fields: ResponseHeaders): void => void (raw = { value: readBytes(bytes, fields) });
    return { request: { ...plain, onBytes }, read: (answer) => (raw === undefined ? readText(answer) : raw.value) };
  }
  const messages = call.collect?.();
  if (messages !== undefined) {
    const onMessage = (bytes: Buffer, ms: number): void => messages.message(bytes, ms);
    return { request: { ...plain, onMessage }, read: () => messages.end() };
  }
  const collector = call.stream?.();
  if (collector === undefined) return { request: plain, read: readText };
  const onEvent = (data: string, ms: number): void => collector.event(data, ms);
  return {
    request: { ...plain, onEvent },
    read: (answer) => (answer.isStream ? collector.end() : readText(answer)),
  };
}

function outgoing({ prefix }: Endpoint, { path, body, headers }: Call<unknown>): Outgoing {
  const full = prefix + path;
  const plain = { path: full === "" ? "/" : full, body };
  return headers === undefined ? plain : { ...plain, headers };
}

async function attemptOnce<T>(endpoint: Endpoint, call: Call<T>, signal: AbortSignal): Promise<Try<T>> {
  const plain = outgoing(endpoint, call);
  // The common case, one JSON answer, is read without further parts.
  const isPlain = call.stream === undefined && call.readBytes === undefined && call.collect === undefined;
  const special = isPlain ? null : prepareSpecial(plain, call);
  const request = special?.request ?? plain;
  let answer: Answer;
  try {
    answer = await endpoint.exchange.send(request, signal);
    if (isRedirect(answer)) answer = await followed(answer, endpoint, [request, signal]);
    if (answer.status >= 200 && answer.status < 300) {
      const value = special === null ? call.read(parseJson(answer.body)) : special.read(answer);
      return { value, ms: answer.ms };
    }
  } catch (error) {
    if (signal.aborted) {
      endpoint.circuit.released();
      throw error;
    }
    return { failure: classifyError(error as Error) };
  }
  return { failure: classifyStatus(answer), wait: parseRetryAfter(answer.retryAfter, endpoint.clock.wall()), answer };
}

function landingOf<T>(result: Try<T>): Landing {
  if (!("failure" in result)) return "answered";
  const status = result.answer?.status;
  return status === 429 || status === 503 ? "refused" : "failed";
}

/** One try, as one of no more requests under way than the limiter allows. */
async function limitedAttempt<T>(
  [endpoint, limiter]: readonly [Endpoint, Limiter],
  call: Call<T>,
  signal: AbortSignal,
): Promise<Try<T>> {
  const { clock } = endpoint;
  if (!limiter.tryEnter()) await limiter.enter(signal);
  const started = clock.now();
  let landing: Landing = "failed";
  try {
    const result = await attemptOnce(endpoint, call, signal);
    landing = landingOf(result);
    return result;
  } finally {
    const now = clock.now();
    limiter.leave(landing, now - started, now);
  }
}

/** Whether to try again after the n-th try; throws when the endpoint as a whole has failed. */
function shouldRetry(
  endpoint: Endpoint,
  tries: number,
  { failure, wait }: { failure: Failure; wait?: number | undefined },
): boolean {
  if (failure.kind === "endpoint") throw endpointError(endpoint, failure.message, failure.hint);
  if (failure.kind === "give-up") return false;
  // The budget guards against retries nobody asked for. A busy server that says when to come back asks for them, behind
  // an open circuit only probes are sent, and where the number of requests adapts, being refused has lowered it.
  const isBusy = !failure.countsAgainstEndpoint && (wait !== undefined || endpoint.limiter !== null);
  const again = tries < MAX_ATTEMPTS && (isBusy || endpoint.circuit.isOpen || endpoint.budget.spend());
  if (!again && failure.isUnreachable === true && !endpoint.circuit.hasWorked) {
    throw endpointError(endpoint, failure.message, "Start the server, or correct the address.");
  }
  return again;
}

/**
 * Posts a call, with retries.
 *
 * @throws EvalhError E_BACKEND when no request to this endpoint can succeed
 */
export async function post<T>(endpoint: Endpoint, call: Call<T>, signal: AbortSignal): Promise<Reply<T>> {
  const { circuit, budget, clock, limiter } = endpoint;
  for (let tries = 1; ; tries++) {
    // The common case of a closed circuit costs no turn of the event loop.
    if (circuit.isOpen) await passCircuit(endpoint, signal);
    budget.earn();
    const result = await (limiter === null
      ? attemptOnce(endpoint, call, signal)
      : limitedAttempt([endpoint, limiter], call, signal));
    if (!("failure" in result)) {
      circuit.succeeded();
      return { kind: "read", value: result.value, ms: result.ms };
    }
    const { failure, wait, answer } = result;
    if (failure.countsAgainstEndpoint) circuit.failed(clock.now(), endpoint.redact(failure.message));
    else circuit.succeeded();
    if (!shouldRetry(endpoint, tries, result)) {
      const message = endpoint.redact(failure.message) + (tries === 1 ? "" : ` (after ${tries} tries)`);
      return { kind: "failed", message, ...(answer === undefined ? {} : { answer }) };
    }
    await clock.sleep(wait ?? backoff(tries, clock.random()), signal);
  }
}

import { EvalhError } from "../../core/errors.ts";
import { guardedLookup, isMetadataAddress } from "./address-guard.ts";
import { createCircuit, type Circuit } from "./circuit.ts";
import { systemClock, type Clock } from "./clock.ts";
import { createExchange, type Answer, type Exchange } from "./exchange.ts";
import { classifyError, classifyStatus, UnusableAnswerError, type Failure } from "./failure.ts";
import { createRedactor, isSecretHeader, type Secret } from "./redaction.ts";
import { backoff, createRetryBudget, MAX_ATTEMPTS, parseRetryAfter, type RetryBudget } from "./retry.ts";

/** Largest answer read, in bytes. */
const MAX_BODY = 16 * 1024 * 1024;

export interface TransportOptions {
  /** Scheme, host, port and the path that all requests begin with, for example http://localhost:8000/v1. */
  readonly baseUrl: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The key, where one is needed, and the header it travels in. */
  readonly secret: Secret;
  readonly secretHeader: string;
  /** Milliseconds: for a whole answer, and for a connection. */
  readonly timeout: number;
  readonly connectTimeout: number;
  /** Allows the addresses from which clouds serve credentials. */
  readonly allowMetadataAddress: boolean;
  readonly clock?: Clock;
}

/** One request's outcome: what `read` made of the answer, or why there is none after all tries. */
export type Reply<T> =
  | { readonly kind: "read"; readonly value: T; readonly ms: number }
  /** `answer` is what the server last said, where it said anything; it may hold keys that `message` does not. */
  | { readonly kind: "failed"; readonly message: string; readonly answer?: Answer };

export interface Call<T> {
  /** Appended to the base URL's path. */
  readonly path: string;
  /** JSON text. */
  readonly body: string;
  /** Makes a value of the parsed answer; throws UnusableAnswerError for what the API does not promise. */
  read(json: unknown): T;
}

/** A connection pool to one endpoint, with retries, a retry budget and a circuit breaker. */
export interface Transport extends AsyncDisposable {
  /** Base URL without credentials, for messages. */
  readonly address: string;
  /** Removes keys from text that is to be shown or stored. */
  redact(text: string): string;
  /**
   * Posts JSON and reads the answer.
   *
   * @throws EvalhError E_BACKEND when no request to this endpoint can succeed: wrong key, wrong address, endpoint gone
   */
  post<T>(call: Call<T>, signal: AbortSignal): Promise<Reply<T>>;
}

function checkUrl(options: TransportOptions): URL {
  let url: URL;
  try {
    url = new URL(options.baseUrl);
  } catch (error) {
    throw new EvalhError("E_BACKEND", `${JSON.stringify(options.baseUrl)} is not a URL`, {
      hint: "Write it with its scheme, for example http://localhost:8000/v1.",
      cause: error,
    });
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new EvalhError("E_BACKEND", `${url.protocol}// is not a scheme this backend speaks`, {
      hint: "Use http:// or https://.",
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new EvalhError("E_BACKEND", `the URL of ${url.host} holds a user name or password`, {
      hint: "Put the key into an environment variable and name it with the option api_key_env.",
    });
  }
  if (!options.allowMetadataAddress && isMetadataAddress(url.hostname)) {
    throw new EvalhError("E_BACKEND", `${url.hostname} is an address that serves a cloud machine's credentials`, {
      hint: "Set the option allow_metadata_address if a model is really served there.",
    });
  }
  return url;
}

interface State {
  readonly prefix: string;
  readonly address: string;
  readonly exchange: Exchange;
  readonly circuit: Circuit;
  readonly budget: RetryBudget;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

function endpointError(state: State, message: string, hint: string | undefined): EvalhError {
  const text = state.redact(`${state.address}: ${message}`);
  return new EvalhError("E_BACKEND", text, hint === undefined ? {} : { hint });
}

async function passCircuit(state: State, signal: AbortSignal): Promise<void> {
  for (;;) {
    const permit = state.circuit.ask(state.clock.now());
    if (permit.kind === "go") return;
    if (permit.kind === "gone") {
      throw endpointError(
        state,
        permit.reason,
        "Start the server again and resume the run; finished samples are kept.",
      );
    }
    await state.clock.sleep(permit.ms, signal);
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

/** A try's value, or its failure and how long the server asked to wait. */
type Try<T> =
  | { readonly value: T; readonly ms: number }
  | { readonly failure: Failure; readonly wait?: number | undefined; readonly answer?: Answer };

async function attemptOnce<T>(state: State, call: Call<T>, signal: AbortSignal): Promise<Try<T>> {
  let answer: Answer;
  try {
    answer = await state.exchange.send({ path: state.prefix + call.path, body: call.body }, signal);
    if (answer.status >= 200 && answer.status < 300) {
      return { value: call.read(parseJson(answer.body)), ms: answer.ms };
    }
  } catch (error) {
    if (signal.aborted) {
      state.circuit.released();
      throw error;
    }
    return { failure: classifyError(error as Error) };
  }
  const wait = parseRetryAfter(answer.retryAfter, state.clock.wall());
  return { failure: classifyStatus(answer), wait, answer };
}

/** Whether to try again after the n-th try; throws when the endpoint as a whole has failed. */
function shouldRetry(
  state: State,
  attempt: number,
  { failure, wait }: { failure: Failure; wait?: number | undefined },
) {
  if (failure.kind === "endpoint") throw endpointError(state, failure.message, failure.hint);
  if (failure.kind === "give-up") return false;
  // The budget guards against retries nobody asked for. A busy server that says when to come back asks for them, and
  // behind an open circuit only probes are sent.
  const isPaidFor = (wait !== undefined && !failure.countsAgainstEndpoint) || state.circuit.isOpen;
  const again = attempt < MAX_ATTEMPTS && (isPaidFor || state.budget.spend());
  if (!again && failure.isUnreachable === true && !state.circuit.hasWorked) {
    throw endpointError(state, failure.message, "Start the server, or correct the address.");
  }
  return again;
}

async function post<T>(state: State, call: Call<T>, signal: AbortSignal): Promise<Reply<T>> {
  const { circuit, budget, clock } = state;
  for (let attempt = 1; ; attempt++) {
    // The common case of a closed circuit costs no turn of the event loop.
    if (circuit.isOpen) await passCircuit(state, signal);
    budget.earn();
    const result = await attemptOnce(state, call, signal);
    if (!("failure" in result)) {
      circuit.succeeded();
      return { kind: "read", value: result.value, ms: result.ms };
    }
    const { failure, wait } = result;
    if (failure.countsAgainstEndpoint) circuit.failed(clock.now(), state.redact(failure.message));
    else circuit.succeeded();
    if (!shouldRetry(state, attempt, result)) {
      const tries = attempt === 1 ? "" : ` (after ${attempt} tries)`;
      const message = state.redact(failure.message) + tries;
      return { kind: "failed", message, ...(result.answer === undefined ? {} : { answer: result.answer }) };
    }
    await clock.sleep(wait ?? backoff(attempt, clock.random()), signal);
  }
}

/**
 * Opens a transport. Nothing is sent yet.
 *
 * @throws EvalhError E_BACKEND for a URL that cannot be used
 */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  const url = checkUrl(options);
  const { Pool } = await import("undici");
  const lookup = options.allowMetadataAddress ? {} : { lookup: guardedLookup };
  const pool = new Pool(url.origin, {
    // As many connections as requests are under way: their number is the caller's to limit.
    connections: null,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: options.connectTimeout, ...lookup } as object,
    // The exchange keeps the time of whole answers and of silences; the pool need not start two timers a request.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    maxResponseSize: MAX_BODY,
  });
  // Keys read from files end in a line break, which no header may hold.
  const key = options.secret()?.trim();
  const isBearer = options.secretHeader.toLowerCase() === "authorization";
  const headers: Record<string, string> = {
    "content-type": "application/json",
    accept: "application/json",
    ...options.headers,
    ...(key === undefined ? {} : { [options.secretHeader]: isBearer ? `Bearer ${key}` : key }),
  };
  const hidden = Object.entries(options.headers).filter(([name]) => isSecretHeader(name));
  const exchange = createExchange(pool, { headers, timeout: options.timeout });
  const prefix = url.pathname.replace(/\/+$/, "");
  const state: State = {
    prefix,
    address: url.origin + prefix,
    exchange,
    circuit: createCircuit(),
    budget: createRetryBudget(),
    clock: options.clock ?? systemClock,
    redact: createRedactor([...(key === undefined ? [] : [key]), ...hidden.map(([, value]) => value)]),
  };
  return {
    address: state.address,
    redact: state.redact,
    post: (call, signal) => post(state, call, signal),
    async [Symbol.asyncDispose]() {
      exchange.stop();
      await pool.destroy();
    },
  };
}

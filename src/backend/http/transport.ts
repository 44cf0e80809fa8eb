import type { LookupFunction } from "node:net";

import { EvalhError } from "../../core/errors.ts";
import { guardedLookup, isMetadataAddress } from "./address-guard.ts";
import { post, type Call, type Endpoint, type Reply } from "./attempt.ts";
import { createCircuit } from "./circuit.ts";
import { systemClock, type Clock } from "./clock.ts";
import { createExchange, type Exchange, type ExchangeLimits } from "./exchange.ts";
import { createAdaptiveLimiter } from "./limiter.ts";
import { look, type Look, type LookRequest } from "./look.ts";
import { createRedactor, isSecretHeader, type Secret } from "./redaction.ts";
import { createRetryBudget } from "./retry.ts";

/** Largest answer read, in bytes. */
const MAX_BODY = 16 * 1024 * 1024;

export interface TransportOptions extends ExchangeLimits {
  /** Scheme, host, port and the path that all requests begin with, for example http://localhost:8000/v1. */
  readonly baseUrl: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The key, where one is needed, and the header it travels in. */
  readonly secret: Secret;
  readonly secretHeader: string;
  /** Milliseconds a connection may take. */
  readonly connectTimeout: number;
  /** Allows the addresses from which clouds serve credentials. */
  readonly allowMetadataAddress: boolean;
  /** Most requests under way, if the transport is to find out how many are best; null leaves that to the caller. */
  readonly adaptUpTo: number | null;
  /** Told what the user should know at once: the endpoint is down, it is back. */
  readonly onNotice?: (message: string) => void;
  readonly clock?: Clock;
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
  /** Asks about the server, once. */
  look(request: LookRequest, signal: AbortSignal): Promise<Look>;
  /** Requests that may be under way at present; null where the caller bounds them. */
  readonly limit: number | null;
}

/**
 * A base URL that may be used.
 *
 * @throws EvalhError E_BACKEND
 */
export function checkUrl({
  baseUrl,
  allowMetadataAddress,
}: Pick<TransportOptions, "baseUrl" | "allowMetadataAddress">): URL {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch (error) {
    throw new EvalhError("E_BACKEND", `${JSON.stringify(baseUrl)} is not a URL`, {
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
  if (!allowMetadataAddress && isMetadataAddress(url.hostname)) {
    throw new EvalhError("E_BACKEND", `${url.hostname} is an address that serves a cloud machine's credentials`, {
      hint: "Set the option allow_metadata_address if a model is really served there.",
    });
  }
  return url;
}

/** The headers of every request, and what in them must never be shown. */
function headersOf({ secret, secretHeader, headers }: TransportOptions) {
  // Keys read from files end in a line break, which no header may hold.
  const key = secret()?.trim();
  const isBearer = secretHeader.toLowerCase() === "authorization";
  const hidden = Object.entries(headers).filter(([name]) => isSecretHeader(name));
  return {
    sent: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
      ...(key === undefined ? {} : { [secretHeader]: isBearer ? `Bearer ${key}` : key }),
    },
    secrets: [...(key === undefined ? [] : [key]), ...hidden.map(([, value]) => value)],
  };
}

/** What an exchange is opened with. */
export interface ExchangeOptions extends ExchangeLimits {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connectTimeout: number;
  /** Resolves names, and refuses addresses that must not be asked; the system's own where all are allowed. */
  readonly lookup: LookupFunction | undefined;
}

/** An exchange, and what closes its connections. */
export type OpenExchange = (
  options: ExchangeOptions,
) => Promise<{ readonly exchange: Exchange; readonly close: () => Promise<void> }>;

/** Requests over HTTP/1.1 and kept connections. */
const openHttp: OpenExchange = async ({ origin, headers, connectTimeout, lookup, ...limits }) => {
  const { Pool } = await import("./pool.ts");
  const pool = new Pool(origin, {
    // As many connections as requests are under way: their number is the caller's to limit, or the limiter's.
    connections: null,
    pipelining: 1,
    allowH2: false,
    connect: { timeout: connectTimeout, ...(lookup === undefined ? {} : { lookup }) } as object,
    // The exchange keeps the time of whole answers and of silences; the pool need not start two timers a request.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
    maxResponseSize: MAX_BODY,
  });
  return { exchange: createExchange(pool, headers, limits), close: () => pool.destroy() };
};

/**
 * Opens a transport. Nothing is sent yet.
 *
 * @param openExchange what carries the requests
 * @throws EvalhError E_BACKEND for a URL that cannot be used
 */
export async function openTransport(
  options: TransportOptions,
  openExchange: OpenExchange = openHttp,
): Promise<Transport> {
  const url = checkUrl(options);
  const { timeout, headersTimeout, idleTimeout, connectTimeout } = options;
  const { sent, secrets } = headersOf(options);
  const { exchange, close } = await openExchange({
    origin: url.origin,
    headers: sent,
    timeout,
    headersTimeout,
    idleTimeout,
    connectTimeout,
    lookup: options.allowMetadataAddress ? undefined : guardedLookup,
  });
  const prefix = url.pathname.replace(/\/+$/, "");
  const address = url.origin + prefix;
  const endpoint: Endpoint = {
    origin: url.origin,
    prefix,
    address,
    exchange,
    circuit: createCircuit((change) => options.onNotice?.(`${address}: ${change}`)),
    budget: createRetryBudget(),
    limiter: options.adaptUpTo === null ? null : createAdaptiveLimiter(options.adaptUpTo),
    clock: options.clock ?? systemClock,
    redact: createRedactor(secrets),
  };
  return {
    address,
    redact: endpoint.redact,
    post: (call, signal) => post(endpoint, call, signal),
    look: (request, signal) => look(endpoint, request, signal),
    get limit() {
      return endpoint.limiter?.limit ?? null;
    },
    async [Symbol.asyncDispose]() {
      exchange.stop();
      await close();
    },
  };
}

import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";

import {
  AnswerTimeoutError,
  type Answer,
  type Exchange,
  type ExchangeLimits,
  type Outgoing,
} from "../http/exchange.ts";
import type { ExchangeOptions, OpenExchange } from "../http/transport.ts";

/** gRPC's status codes as the HTTP statuses that mean the same to retries, circuit and limiter. */
const HTTP_STATUS: Readonly<Record<number, number>> = {
  0: 200,
  1: 499,
  3: 400,
  4: 504,
  5: 404,
  7: 403,
  8: 429,
  12: 501,
  14: 503,
  16: 401,
};
const MAX_MESSAGE = 16 * 1024 * 1024;
/** Whether a message is compressed, and its length. */
const PREFIX = 5;

/** A message with its prefix. */
export function frame(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Cuts messages out of a stream's bytes. */
function messageReader(onMessage: (message: Buffer) => void) {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= PREFIX) {
      const length = rest.readUInt32BE(1);
      if (length > MAX_MESSAGE) {
        throw Object.assign(new Error("a message is larger than 16 MB"), { code: "UND_ERR_RES_EXCEEDED_MAX_SIZE" });
      }
      if (rest.length < PREFIX + length) return;
      if (rest[0] !== 0) throw new Error("the server compresses what nobody asked it to compress");
      onMessage(rest.subarray(PREFIX, PREFIX + length));
      rest = rest.subarray(PREFIX + length);
    }
  };
}

/** One session at a time, opened when it is needed and again when it was lost. */
function createSessions({ origin, connectTimeout, lookup }: ExchangeOptions) {
  let session: ClientHttp2Session | undefined;
  return {
    get(): ClientHttp2Session {
      if (session !== undefined && !session.closed && !session.destroyed) return session;
      const opened = connect(origin, lookup === undefined ? {} : { lookup });
      session = opened;
      const timer = setTimeout(() => {
        opened.destroy(Object.assign(new Error("no connection in time"), { code: "UND_ERR_CONNECT_TIMEOUT" }));
      }, connectTimeout);
      opened.once("connect", () => clearTimeout(timer));
      opened.once("close", () => clearTimeout(timer));
      // Each stream reports it; without a listener it would end the process.
      opened.on("error", () => undefined);
      return opened;
    },
    end: () => session?.destroy(),
  };
}

/** The timers of one call: for all of it, and for silence once it has begun. */
function createWatch(limits: ExchangeLimits, timeout: number, onLate: (error: Error) => void) {
  const whole = setTimeout(
    () => onLate(new AnswerTimeoutError(`no complete answer within ${timeout / 1000} s`)),
    timeout,
  );
  let idle: NodeJS.Timeout | undefined;
  return {
    heard(): void {
      clearTimeout(idle);
      const { idleTimeout } = limits;
      idle = setTimeout(
        () => onLate(new AnswerTimeoutError(`the answer stalled for ${idleTimeout / 1000} s`)),
        idleTimeout,
      );
    },
    stop(): void {
      clearTimeout(whole);
      clearTimeout(idle);
    },
  };
}

/**
 * gRPC over node's HTTP/2 as an exchange, so that retries, budget, circuit and limiter are those of HTTP. Requests carry
 * one message; `onMessage` is given each of the answer's. A gRPC status becomes the HTTP status of the same meaning, its
 * message the body.
 */
export const openGrpc: OpenExchange = (options) => {
  const sessions = createSessions(options);
  const send = (request: Outgoing, signal: AbortSignal): Promise<Answer> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const started = performance.now();
      const stream = sessions.get().request({
        [constants.HTTP2_HEADER_METHOD]: "POST",
        [constants.HTTP2_HEADER_PATH]: request.path,
        ...options.headers,
        "content-type": "application/grpc",
        te: "trailers",
      });
      const fail = (error: Error): void => {
        finish();
        stream.close(constants.NGHTTP2_CANCEL);
        reject(error);
      };
      const abort = (): void => fail(signal.reason as Error);
      const watch = createWatch(options, request.timeout ?? options.timeout, fail);
      const finish = (): void => {
        watch.stop();
        signal.removeEventListener("abort", abort);
      };
      signal.addEventListener("abort", abort, { once: true });
      const read = messageReader((message) => request.onMessage?.(message, performance.now() - started));
      readAnswer(stream, {
        onData(chunk) {
          watch.heard();
          read(chunk);
        },
        onEnd(status, body) {
          finish();
          const ms = performance.now() - started;
          resolve({ status, body, ms, retryAfter: undefined, location: undefined, server: undefined, isStream: true });
        },
        onError: fail,
      });
      stream.end(
        frame(typeof request.body === "string" ? Buffer.from(request.body) : (request.body ?? Buffer.alloc(0))),
      );
    });
  const exchange: Exchange = { send, stop: sessions.end };
  return Promise.resolve({ exchange, close: () => Promise.resolve() });
};

interface AnswerEvents {
  readonly onData: (chunk: Buffer) => void;
  readonly onEnd: (status: number, body: string) => void;
  readonly onError: (error: Error) => void;
}

function readAnswer(stream: ClientHttp2Stream, { onData, onEnd, onError }: AnswerEvents): void {
  let httpStatus = 0;
  let grpcStatus: string | undefined;
  let words = "";
  const note = (headers: Readonly<Record<string, unknown>>): void => {
    const { "grpc-status": code, "grpc-message": message } = headers;
    if (typeof code === "string") grpcStatus = code;
    if (typeof message === "string") words = decodeMessage(message);
  };
  stream.on("response", (headers) => {
    httpStatus = headers[":status"] ?? 0;
    note(headers);
  });
  stream.on("trailers", note);
  stream.on("data", (chunk: Buffer) => {
    try {
      onData(chunk);
    } catch (error) {
      onError(error as Error);
    }
  });
  // A stream whose session fails is cancelled; why is the session's error.
  stream.on("error", (error) => onError(error.cause instanceof Error ? error.cause : error));
  stream.on("close", () => {
    if (grpcStatus !== undefined) onEnd(HTTP_STATUS[Number(grpcStatus)] ?? 500, words);
    else if (httpStatus >= 300) onEnd(httpStatus, "not gRPC");
    else onError(Object.assign(new Error("the answer ended without a status"), { code: "UND_ERR_SOCKET" }));
  });
}

/** grpc-message is percent-encoded. */
function decodeMessage(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

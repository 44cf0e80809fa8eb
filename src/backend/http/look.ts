import { endpointError, followed, isRedirect, type Endpoint } from "./attempt.ts";
import type { Answer, Outgoing } from "./exchange.ts";
import { classifyError } from "./failure.ts";

/** A question about the server rather than to its model. */
export interface LookRequest {
  readonly path: string;
  /** JSON to post; without it the request is a GET. */
  readonly body?: unknown;
  /** Bytes to post instead, and who is given the messages that come back. */
  readonly raw?: Uint8Array;
  readonly onMessage?: (message: Buffer, ms: number) => void;
  /** True if the path begins where the server's own calls do: at the base URL without its /v1. */
  readonly isFromRoot?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
}

/** What came back, whatever its status, or why nothing did. */
export type Look =
  | { readonly kind: "answer"; readonly answer: Answer; readonly json: unknown }
  | { readonly kind: "none"; readonly message: string; readonly isUnreachable: boolean };

const TIMEOUT = 10_000;

/** The body as JSON; undefined where it is something else. */
function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * Asks once, apart from retries, budget and circuit: whether a server is ready, and what it is.
 *
 * @throws EvalhError E_BACKEND if the address must not be used or its certificate is not trusted
 */
export async function look(endpoint: Endpoint, request: LookRequest, signal: AbortSignal): Promise<Look> {
  const { path, body, raw, onMessage, isFromRoot = false, timeout = TIMEOUT } = request;
  const full = (isFromRoot ? endpoint.prefix.replace(/\/v1$/, "") : endpoint.prefix) + path;
  const posted = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const sent: Outgoing = {
    path: full === "" ? "/" : full,
    timeout,
    ...(posted === undefined ? {} : { body: posted }),
    ...(onMessage === undefined ? {} : { onMessage }),
  };
  try {
    let answer = await endpoint.exchange.send(sent, signal);
    if (isRedirect(answer)) answer = await followed(answer, endpoint, [sent, signal]);
    return { kind: "answer", answer, json: jsonOf(answer.body) };
  } catch (error) {
    if (signal.aborted) throw error;
    const failure = classifyError(error as Error);
    if (failure.kind === "endpoint") throw endpointError(endpoint, failure.message, failure.hint);
    return { kind: "none", message: failure.message, isUnreachable: failure.isUnreachable === true };
  }
}

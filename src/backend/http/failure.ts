import type { Answer } from "./exchange.ts";

/** What a failed try means for its request and for the endpoint. */
export interface Failure {
  /** "retry": worth another try; "give-up": this request only; "endpoint": no request can succeed. */
  readonly kind: "retry" | "give-up" | "endpoint";
  /** One line, without its address. */
  readonly message: string;
  readonly hint?: string;
  /** True if the endpoint itself is at fault, false where it is alive and merely busy. */
  readonly countsAgainstEndpoint: boolean;
  /** True if no connection came about at all. */
  readonly isUnreachable?: boolean;
}

/** The endpoint answered, but not with what was asked for: malformed JSON, no choices, no text. */
export class UnusableAnswerError extends Error {}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "host name not found",
  EAI_AGAIN: "host name could not be resolved",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
};
const BROKEN: Readonly<Record<string, string>> = {
  ECONNRESET: "connection reset",
  EPIPE: "connection closed while sending",
  UND_ERR_SOCKET: "connection closed before the answer was complete",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is shorter or longer than it says",
};

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

function causeOf(error: Error): Error {
  // Several addresses tried: the first error names the reason.
  return error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
}

/** Judges an error of the transport itself. */
export function classifyError(thrown: Error): Failure {
  const error = causeOf(thrown);
  const code = codeOf(error);
  if (error instanceof UnusableAnswerError) {
    return { kind: "retry", message: error.message, countsAgainstEndpoint: true };
  }
  if (code === "EMETADATA") {
    const hint = "Set the option allow_metadata_address if that is meant.";
    return { kind: "endpoint", message: error.message, hint, countsAgainstEndpoint: true };
  }
  if (/CERT|SIGNATURE|TLS|SSL/.test(code)) {
    const hint = "Have Node trust the certificate's issuer with NODE_EXTRA_CA_CERTS, or correct the address.";
    return { kind: "endpoint", message: `TLS: ${error.message}`, hint, countsAgainstEndpoint: true };
  }
  if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") {
    return { kind: "give-up", message: "the answer is larger than 16 MB", countsAgainstEndpoint: true };
  }
  const unreachable = UNREACHABLE[code];
  if (unreachable !== undefined) {
    return { kind: "retry", message: unreachable, countsAgainstEndpoint: true, isUnreachable: true };
  }
  const message = BROKEN[code] ?? (code.startsWith("HPE_") ? `not HTTP (${code})` : error.message);
  return { kind: "retry", message, countsAgainstEndpoint: true };
}

const LONGEST = 200;

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** The beginning of a body, on one line; of a Python traceback its end, which names the error. */
function excerpt(body: string): string {
  const at = body.indexOf("Traceback (most recent call last)");
  if (at < 0) return oneLine(body);
  const last = body
    .slice(at)
    .split("\n")
    .findLast((line) => /^\w[\w.]*(?:Error|Exception|Interrupt|Exit|Warning)\b/.test(line.trim()));
  return last === undefined ? oneLine(body) : `${oneLine(body.slice(0, at))} ${oneLine(last)}`.trim();
}

/** The server's own words: OpenAI-style `error.message`, FastAPI's `detail`, or the body's beginning. */
export function explanation(body: string): string {
  try {
    const value = JSON.parse(body) as { error?: { message?: unknown } | string; detail?: unknown; message?: unknown };
    const nested = typeof value.error === "object" ? value.error.message : value.error;
    const text = nested ?? value.message ?? value.detail;
    if (text !== undefined) return excerpt(typeof text === "string" ? text : JSON.stringify(text));
  } catch {
    // Not JSON: proxies answer in HTML.
  }
  return excerpt(body);
}

const HINTS: Readonly<Record<number, string>> = {
  401: "Name the environment variable that holds the key with the option api_key_env, and set it.",
  403: "The key is known but may not do this; check its rights and the model's name.",
  404: "Check the base URL (most end in /v1) and the model's name.",
  405: "Check the base URL; most end in /v1.",
};

/** Judges an answer whose status is not a success. */
export function classifyStatus(answer: Pick<Answer, "status" | "body" | "location">): Failure {
  const { status, body } = answer;
  const words = explanation(body);
  const message = `HTTP ${status}${words === "" ? "" : `: ${words}`}`;
  if (status >= 300 && status < 400) {
    const to = answer.location === undefined ? "" : ` to ${answer.location.split("?")[0] as string}`;
    const hint =
      "Redirects to other servers are not followed, so that keys go nowhere else; set the base URL to the final address.";
    return { kind: "endpoint", message: `HTTP ${status}: redirected${to}`, hint, countsAgainstEndpoint: true };
  }
  const hint = HINTS[status];
  if (hint !== undefined) return { kind: "endpoint", message, hint, countsAgainstEndpoint: true };
  if (status === 408 || status === 429) return { kind: "retry", message, countsAgainstEndpoint: false };
  if (status >= 500 && status !== 501) return { kind: "retry", message, countsAgainstEndpoint: true };
  return { kind: "give-up", message, countsAgainstEndpoint: false };
}

import { classifyError, classifyStatus } from "../backend/http/failure.ts";

/** A kind of failure, by which they are counted, and what one of them said. */
export interface ErrorTally {
  /** Short, and the same for all of its kind: "HTTP 429", "timeout", "connection reset". */
  readonly kind: string;
  readonly example: string;
}

/** Names what a transport error or a status means. */
export interface ErrorKinds {
  error(error: Error): ErrorTally;
  status(status: number, body: string): ErrorTally;
}

/** @param redact blots out keys: servers like to quote the one they refuse */
export function errorKinds(redact: (text: string) => string): ErrorKinds {
  return {
    error(error) {
      const { message } = classifyError(error);
      return { kind: redact(message).slice(0, 80), example: redact(error.message).slice(0, 200) };
    },
    status(status, body) {
      const { message } = classifyStatus({ status, body, location: undefined });
      return { kind: `HTTP ${status}`, example: redact(message.replace(/^HTTP \d+:? ?/, "")).slice(0, 200) };
    },
  };
}

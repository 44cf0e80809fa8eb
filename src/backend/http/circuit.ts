/** What a caller may do: send now, wait so many milliseconds and ask again, or give the endpoint up. */
export type Permit =
  | { readonly kind: "go" }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "gone"; readonly reason: string };

/** A circuit breaker over one endpoint. Times are monotonic milliseconds. */
export interface Circuit {
  ask(now: number): Permit;
  /** The endpoint is alive: it answered, be it with "too many requests" or "bad request". */
  succeeded(): void;
  /** @param reason what the last failure was, for the message when the endpoint is given up */
  failed(now: number, reason: string): void;
  /** The caller sent nothing after all, or no longer waits for the answer. */
  released(): void;
  /** False while every request may go. */
  readonly isOpen: boolean;
  /** True if any request ever succeeded. */
  readonly hasWorked: boolean;
}

const WINDOW = 20;
const OPENS_AT = WINDOW / 2;
const PROBE_EVERY = 30_000;
const GIVES_UP_AFTER = 120_000;
/** How often waiting callers look whether the probe has come back. */
const POLL = 250;
const GO: Permit = { kind: "go" };

/** Failures among the last requests. */
interface Window {
  readonly seen: number;
  readonly failures: number;
  note(failure: 0 | 1): void;
}

function createWindow(): Window {
  // Bit i is 1 if the request i before the last failed.
  let history = 0;
  let seen = 0;
  let failures = 0;
  return {
    get seen() {
      return seen;
    },
    get failures() {
      return failures;
    },
    note(failure) {
      const dropped = (history >>> (WINDOW - 1)) & 1;
      history = ((history << 1) | failure) & ((1 << WINDOW) - 1);
      failures += failure - dropped;
      seen++;
    },
  };
}

/**
 * Opens when half of the last 20 requests failed. While it is open, one request every 30 s probes the endpoint and the
 * others wait; a success closes it. An endpoint that stays dead for two minutes is given up, one that never worked at
 * once: neither will finish the run, and sending it more would only fill the run with failures.
 *
 * @param onChange told in words that it opened or closed
 */
export function createCircuit(onChange: (change: string) => void = () => undefined): Circuit {
  let recent = createWindow();
  let openedAt: number | null = null;
  let nextProbe = 0;
  let isProbing = false;
  let hasWorked = false;
  let lastReason = "";

  return {
    get isOpen() {
      return openedAt !== null;
    },
    get hasWorked() {
      return hasWorked;
    },
    ask(now) {
      if (openedAt === null) return GO;
      const seconds = Math.round((now - openedAt) / 1000);
      if (!hasWorked) return { kind: "gone", reason: `none of ${recent.seen} requests succeeded (${lastReason})` };
      if (!isProbing && now >= openedAt + GIVES_UP_AFTER) {
        return { kind: "gone", reason: `no request succeeded for ${seconds} s (${lastReason})` };
      }
      if (isProbing || now < nextProbe) return { kind: "wait", ms: isProbing ? POLL : nextProbe - now };
      isProbing = true;
      return GO;
    },
    succeeded() {
      hasWorked = true;
      if (openedAt !== null) {
        openedAt = null;
        isProbing = false;
        recent = createWindow();
        onChange("it answers again");
      }
      recent.note(0);
    },
    released() {
      isProbing = false;
    },
    failed(now, reason) {
      lastReason = reason;
      recent.note(1);
      if (openedAt !== null) {
        // Requests sent before it opened come back too; only the probe's return lets the next probe go.
        if (isProbing) nextProbe = now + PROBE_EVERY;
        isProbing = false;
      } else if (recent.seen >= WINDOW && recent.failures >= OPENS_AT) {
        openedAt = now;
        nextProbe = now + PROBE_EVERY;
        const { failures } = recent;
        // One that never worked is given up at once, and that is said by the error.
        if (hasWorked)
          onChange(`${failures} of the last ${WINDOW} requests failed (${reason}); waiting, with a probe every 30 s`);
      }
    },
  };
}

/** Most tries of one request, the first included. */
export const MAX_ATTEMPTS = 5;
/** Longest wait a server's Retry-After can impose, in milliseconds. */
export const MAX_RETRY_AFTER = 300_000;

const FIRST_WAIT = 500;
const LONGEST_WAIT = 60_000;

/**
 * Milliseconds to wait before try number `attempt` + 1: uniform between 0 and 0.5 s × 2^(attempt-1), at most 60 s ("full
 * jitter", AWS Architecture Blog, "Exponential Backoff and Jitter", 2015).
 *
 * @param attempt tries made so far, from 1
 * @param random uniform in [0, 1)
 */
export function backoff(attempt: number, random: number): number {
  return random * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
}

/**
 * Milliseconds that a Retry-After header asks to wait: seconds or an HTTP date (RFC 9110, 10.2.3), at most five minutes.
 *
 * @param wall milliseconds since 1970, now
 * @returns undefined for what is neither, or negative
 */
export function parseRetryAfter(header: string | undefined, wall: number): number | undefined {
  const text = header?.trim() ?? "";
  const isSeconds = /^\d+(\.\d+)?$/.test(text);
  // Date.parse takes almost anything, "-1" too; an HTTP date begins with the day's name.
  const isDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /.test(text);
  const wait = isSeconds ? Number(text) * 1000 : isDate ? Date.parse(text) - wall : Number.NaN;
  if (Number.isNaN(wait)) return undefined;
  return Math.min(Math.max(wait, 0), MAX_RETRY_AFTER);
}

/** Limits retries to a share of all requests, so that a failing server is not sent a multiple of its load. */
export interface RetryBudget {
  /** Counts a request sent. */
  earn(): void;
  /** Takes one retry out of the budget; false if there is none. */
  spend(): boolean;
}

/**
 * A budget of `share` retries a request sent, with `reserve` to begin with so that short runs survive a hiccup too.
 */
export function createRetryBudget(share = 0.1, reserve = 10): RetryBudget {
  let left = reserve;
  return {
    earn() {
      left += share;
    },
    spend() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}

import type { BackendNotice } from "../../core/backend.ts";
import { EvalhError } from "../../core/errors.ts";
import { systemClock, type Clock } from "./clock.ts";
import { explanation } from "./failure.ts";
import type { Look, LookRequest } from "./look.ts";
import type { Transport } from "./transport.ts";

/** Seconds that a server which says it is loading is waited for, unless the user says otherwise. */
const LOADING_LIMIT = 600;
/** Seconds for one that takes connections and then says nothing; it may still answer other questions. */
const SILENT_LIMIT = 10;
/** Answers of a server, or of the proxy before it, that is still coming up. */
const COMING_UP = new Set([502, 503, 504]);
const POLL = 1000;

export interface ReadyOptions {
  /** What a server answers when it is ready. */
  readonly request: LookRequest;
  /** Seconds to wait; null for the usual: 600 for a server that is loading, none where nothing listens. */
  readonly timeout: number | null;
  /** True for a service of which nothing is known: one that is silent on this question may answer others. */
  readonly takesSilence?: boolean;
  readonly onNotice?: (notice: BackendNotice) => void;
  readonly clock?: Clock;
}

/** Why a server is not ready, and seconds it is waited for; null if it is. */
function holdUp(
  found: Look,
  { timeout, takesSilence = false }: ReadyOptions,
): { readonly why: string; readonly limit: number } | null {
  if (found.kind === "none") {
    if (takesSilence && !found.isUnreachable) return null;
    return { why: found.message, limit: timeout ?? (found.isUnreachable ? 0 : SILENT_LIMIT) };
  }
  const { status, body } = found.answer;
  if (!COMING_UP.has(status)) return null;
  const words = explanation(body);
  return { why: `HTTP ${status}${words === "" ? "" : `: ${words}`}`, limit: timeout ?? LOADING_LIMIT };
}

/**
 * Waits until a server is ready, and tells every second that and why it waits.
 *
 * @returns the answer that showed it; whatever is neither silence nor "unavailable" does. Of a server that stays silent
 *   on this question, the silence: some answer nothing but what they were built for
 * @throws EvalhError E_BACKEND when the time is over
 */
export async function awaitReady(
  transport: Pick<Transport, "address" | "redact" | "look">,
  options: ReadyOptions,
  signal: AbortSignal,
): Promise<Look> {
  const { request, onNotice, clock = systemClock } = options;
  const started = clock.now();
  for (;;) {
    const found = await transport.look(request, signal);
    const held = holdUp(found, options);
    if (held === null) return found;
    const seconds = (clock.now() - started) / 1000;
    const why = transport.redact(held.why);
    const isSilent = found.kind === "none" && !found.isUnreachable;
    if (seconds >= held.limit && isSilent && options.timeout === null) return found;
    if (seconds >= held.limit) {
      const after = seconds < 1 ? "" : ` after ${Math.round(seconds)} s`;
      throw new EvalhError("E_BACKEND", `${transport.address} is not ready${after}: ${why}`, {
        hint: "Start the server, or correct the address; `--wait SECONDS` waits for one that is starting.",
      });
    }
    const message = `waiting for ${transport.address} (${why}), ${Math.round(seconds)} s`;
    onNotice?.({ kind: "waiting", message });
    await clock.sleep(POLL, signal);
  }
}

import type { RunEvent } from "../core/run-event.ts";
import { columnsOf, type CliIo } from "./io.ts";

const REDRAW_MS = 100;
const LINE_EVERY_MS = 30_000;
/** The rate is that of the last seconds, so that the ETA follows a slow checkpoint. */
const RATE_WINDOW_MS = 5_000;

export interface Progress {
  show(event: RunEvent): void;
  /** Removes the bar; what was printed above it stays. */
  end(): void;
}

interface State {
  total: number;
  done: number;
  failed: number;
  tokens: number;
  checkpoint: string;
  marks: { atMs: number; done: number; tokens: number }[];
}

/**
 * A bar that redraws in place on a terminal; a line every ten per cent or thirty seconds elsewhere. When quiet, only
 * warnings and failures.
 */
export function progress(io: CliIo, { quiet }: { readonly quiet: boolean }): Progress {
  const stream = io.stderr;
  const live = stream.isTTY === true;
  const nowMs = (): number => performance.now();
  const state: State = { total: 0, done: 0, failed: 0, tokens: 0, checkpoint: "", marks: [] };
  let lastDraw = -Infinity;
  let lastTenth = 0;
  const clear = (): void => void (live && lastDraw > -Infinity && stream.write("\r\x1b[K"));
  const note = (text: string): void => {
    clear();
    stream.write(`${text}\n`);
  };
  const draw = (): void => {
    const now = nowMs();
    if (live) {
      if (now - lastDraw < REDRAW_MS) return;
      lastDraw = now;
      stream.write(`\r\x1b[K${barLine(state, now, columnsOf(io, stream) - 1)}`);
      return;
    }
    const tenth = Math.floor((state.done / Math.max(1, state.total)) * 10);
    if (tenth === lastTenth && now - lastDraw < LINE_EVERY_MS) return;
    if (lastDraw > -Infinity || tenth > lastTenth) stream.write(`${barLine(state, now, 0)}\n`);
    lastTenth = tenth;
    lastDraw = now;
  };
  return {
    show(event) {
      update(state, event, nowMs());
      if (event.type === "warning") note(`warning: ${event.message}`);
      if (event.type === "checkpoint-failed") note(`error: ${event.checkpoint}: ${event.error.message}`);
      if (quiet) return;
      if (event.type === "samples-done" || event.type === "checkpoint-started") draw();
    },
    end: clear,
  };
}

function update(state: State, event: RunEvent, now: number): void {
  if (event.type === "run-started") {
    state.total = event.total;
  } else if (event.type === "checkpoint-started") {
    state.checkpoint = event.checkpoint;
    // What is there already counts as done, not as speed.
    state.done += event.done;
    state.marks = state.marks.map((mark) => ({ ...mark, done: mark.done + event.done }));
  }
  if (event.type === "samples-done") {
    state.done += event.count;
    state.failed += event.failed;
    state.tokens += event.tokens;
    const last = state.marks.at(-1);
    if (last !== undefined && now - last.atMs < REDRAW_MS) return;
    state.marks.push({ atMs: now, done: state.done, tokens: state.tokens });
    while ((state.marks[0]?.atMs ?? now) < now - RATE_WINDOW_MS) state.marks.shift();
  }
}

/** Without a width the bar itself is left out: a log line. */
function barLine(state: State, now: number, width: number): string {
  const share = Math.min(1, state.done / Math.max(1, state.total));
  const first = state.marks[0];
  const seconds = first === undefined ? 0 : (now - first.atMs) / 1000;
  const rate = first === undefined || seconds <= 0 ? null : (state.done - first.done) / seconds;
  const tokenRate = first === undefined || seconds <= 0 ? null : (state.tokens - first.tokens) / seconds;
  const parts = [`${state.done.toLocaleString("en")}/${state.total.toLocaleString("en")}`];
  if (rate !== null && rate > 0) {
    parts.push(`${Math.round(rate).toLocaleString("en")}/s`, `ETA ${clock((state.total - state.done) / rate)}`);
  }
  if (tokenRate !== null && tokenRate > 0) parts.push(`${Math.round(tokenRate).toLocaleString("en")} tok/s`);
  if (state.failed > 0) parts.push(`${state.failed} failed`);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const facts = parts.join("  ");
  if (width === 0) return `${percent}  ${facts}  ${state.checkpoint}`;
  const room = Math.min(30, Math.max(0, width - facts.length - state.checkpoint.length - 10));
  const full = Math.round(share * room);
  return `${percent} ${"█".repeat(full)}${"░".repeat(room - full)} ${facts}  ${state.checkpoint}`.slice(0, width);
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

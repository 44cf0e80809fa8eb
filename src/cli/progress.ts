import { checkpointLabels } from "../../reports/checkpoint-label.ts";
import { span } from "../../reports/console/span.ts";
import { escapeText } from "../../reports/escape-text.ts";
import type { RunEvent } from "../core/run-event.ts";
import type { PreparedRun } from "../run/prepare.ts";
import { paceMeter } from "../tui/data/pace-meter.ts";
import type { TuiLine } from "../tui/view/line.ts";
import { columnsOf, type CliIo } from "./io.ts";
import { liveLines } from "./live-lines.ts";
import { finishedLine, logLine, runningLines, type CheckpointProgress } from "./progress-lines.ts";
import { answersOf, scoresOfFinished } from "./progress-scores.ts";

const REDRAW_MS = 100;
const LINE_EVERY_MS = 30_000;

export interface Progress {
  readonly show: (event: RunEvent) => void;
  /** Draws nothing until `resume`; what happens meanwhile counts. */
  pause(): void;
  resume(): void;
  /** Removes the bar; what was printed above it stays. */
  readonly end: () => Promise<void>;
}

type WatchedRun = Pick<PreparedRun, "folder" | "manifest" | "units" | "checkpoints">;

/**
 * On a terminal a line for every finished checkpoint with its scores, which stays, and below it a bar that is redrawn in
 * place; elsewhere a line every ten per cent or thirty seconds. When quiet, only warnings and failures.
 */
export function progress(run: WatchedRun, io: CliIo, { quiet }: { readonly quiet: boolean }): Progress {
  const screen = liveLines(io);
  const isLive = io.stderr.isTTY === true && !quiet;
  const state = runState(run);
  let isPaused = false;
  let lastDraw = -Infinity;
  let lastTenth = 0;
  let lastWait = -Infinity;
  const note = (text: string): void => {
    // Servers' and programs' own words are in it.
    if (!isPaused) screen.print(`${escapeText(text)}\n`);
  };
  const printFinished = (line: (width: number) => TuiLine): void => {
    if (!isPaused) screen.printLine(line(columnsOf(io, io.stderr) - 1));
  };
  const finished = finishedCheckpoints(run, state.nameWidth, printFinished);
  const draw = (): void => {
    const now = performance.now();
    if (isLive) {
      if (isPaused || now - lastDraw < REDRAW_MS) return;
      screen.redraw(runningLines(state.facts(), state.current()));
    } else {
      const tenth = Math.floor((state.facts().done / Math.max(1, state.facts().total)) * 10);
      if (tenth === lastTenth && now - lastDraw < LINE_EVERY_MS) return;
      if (lastDraw > -Infinity || tenth > lastTenth) screen.print(logLine(state.facts(), state.current()));
      lastTenth = tenth;
    }
    lastDraw = now;
  };
  const wait = (message: string): void => {
    if (isLive && !isPaused) screen.redraw([[span(escapeText(message), "dim")]]);
    if (!isLive && performance.now() - lastWait >= LINE_EVERY_MS) {
      note(message);
      lastWait = performance.now();
    }
  };
  return {
    show(event) {
      if (event.type === "warning") note(`warning: ${event.message}`);
      if (event.type === "checkpoint-failed") note(`error: ${event.checkpoint}: ${event.error.message}`);
      if (quiet) return;
      const ended = state.update(event);
      if (event.type === "waiting") wait(event.message);
      if (event.type === "looked") note(lookLine(event));
      if (ended !== null && isLive) finished.add(ended);
      if (event.type === "samples-done" || event.type === "checkpoint-started") draw();
    },
    pause() {
      isPaused = true;
      screen.clear();
    },
    resume() {
      isPaused = false;
    },
    async end() {
      await finished.settled();
      screen.clear();
    },
  };
}

function lookLine({ look, looks, samples, of, open, gates }: RunEvent & { readonly type: "looked" }): string {
  const word = open === 0 ? "all gates are decided" : `${gates - open} of ${gates} gates decided`;
  return `look ${look} of ${looks}: ${samples} of ${of} samples, ${word}`;
}

/** Prints a line for every checkpoint that has ended, in order: each waits for the scores of the one before. */
function finishedCheckpoints(run: WatchedRun, nameWidth: number, print: (line: (width: number) => TuiLine) => void) {
  let scoring: Promise<void> = Promise.resolve();
  return {
    add(finished: CheckpointProgress): void {
      scoring = scoring
        .then(() => scoresOfFinished(run, finished.id))
        .then((scores) => print((width) => finishedLine(finished, scores, { nameWidth, width })))
        .catch(() => undefined);
    },
    settled: () => scoring,
  };
}

interface RunState {
  /** Returns the checkpoint that the event shows to be finished. */
  update(event: RunEvent): CheckpointProgress | null;
  facts(): Parameters<typeof runningLines>[0];
  current(): CheckpointProgress | null;
  readonly nameWidth: number;
}

function runState({ manifest, checkpoints }: WatchedRun): RunState {
  const label = checkpointLabels(manifest.checkpoints);
  const meter = paceMeter();
  let total = 0;
  let done = 0;
  let failed = 0;
  let current: CheckpointProgress | null = null;
  const start = ({ checkpoint, done: stored }: Extract<RunEvent, { type: "checkpoint-started" }>): void => {
    const found = checkpoints.find((each) => each.checkpoint.id === checkpoint)?.checkpoint;
    const startedMs = performance.now();
    const answers = found === undefined ? 0 : answersOf(manifest, found);
    current = { id: checkpoint, name: label(checkpoint), total: answers, done: stored, failed: 0, startedMs };
    // What is there already counts as done, not as speed.
    done += stored;
  };
  return {
    update(event) {
      const before = current;
      switch (event.type) {
        case "run-started":
          total = event.total;
          return null;
        case "checkpoint-started":
          start(event);
          return before;
        case "checkpoint-failed":
          current = null;
          return null;
        case "run-ended":
          current = null;
          return event.state === "interrupted" ? null : before;
        case "samples-done":
          done += event.count;
          failed += event.failed;
          meter.add({ samples: event.count, tokens: event.tokens, ms: [] });
          if (current !== null) {
            current = { ...current, done: current.done + event.count, failed: current.failed + event.failed };
          }
          return null;
        default:
          return null;
      }
    },
    facts: () => ({ total, done, failed, pace: meter.pace(total - done) }),
    current: () => current,
    nameWidth: Math.min(32, Math.max(0, ...manifest.checkpoints.map(({ id }) => label(id).length))),
  };
}

import { checkpointLabels } from "../../reports/checkpoint-label.ts";
import type { RunEvent } from "../core/run-event.ts";
import type { PreparedRun } from "../run/prepare.ts";
import { paceMeter } from "../tui/data/pace-meter.ts";
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
  let scoring: Promise<void> = Promise.resolve();
  let lastDraw = -Infinity;
  let lastTenth = 0;
  const note = (text: string): void => {
    if (!isPaused) screen.print(`${text}\n`);
  };
  const finish = (finished: CheckpointProgress): void => {
    if (!isLive) return;
    // Lines stay in order: each waits for the scores of the one before.
    scoring = scoring
      .then(() => scoresOfFinished(run, finished.id))
      .then((scores) => {
        const width = columnsOf(io, io.stderr) - 1;
        if (!isPaused) screen.printLine(finishedLine(finished, scores, { nameWidth: state.nameWidth, width }));
      })
      .catch(() => undefined);
  };
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
  return {
    show(event) {
      const finished = state.update(event);
      if (event.type === "warning") note(`warning: ${event.message}`);
      if (event.type === "checkpoint-failed") note(`error: ${event.checkpoint}: ${event.error.message}`);
      if (quiet) return;
      if (finished !== null) finish(finished);
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
      await scoring;
      screen.clear();
    },
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

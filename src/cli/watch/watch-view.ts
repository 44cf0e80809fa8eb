import { escapeText } from "../../../reports/escape-text.ts";
import { paceMeter } from "../../tui/data/pace-meter.ts";
import { plain } from "../../tui/view/paint.ts";
import type { TuiLine } from "../../tui/view/line.ts";
import type { TrainingPoint } from "../../core/series.ts";
import { columnsOf, type CliIo } from "../io.ts";
import { liveLines } from "../live-lines.ts";
import { evaluatingLine, trainingLine } from "./watch-lines.ts";

const REDRAW_MS = 100;
const LOG_EVERY_MS = 30_000;
/** A line of a log may be longer than one of a terminal. */
const LOG_WIDTH = 160;

/**
 * What is seen of a training that is watched: lines that stay, and on a terminal two lines below them that are redrawn.
 * Elsewhere the training's progress is a line at every evaluation loss, or every thirty seconds.
 */
export interface WatchView {
  /** Columns that a line has. */
  readonly width: number;
  /** A line that stays. */
  say(line: TuiLine): void;
  /** A message that stays, also when quiet. */
  warn(text: string): void;
  training(points: readonly TrainingPoint[], maxSteps: number | null): void;
  /** The checkpoint under way; null if none is. */
  evaluating(now: { readonly name: string; readonly done: number; readonly total: number } | null): void;
  end(): void;
}

export function watchView(io: CliIo, { quiet }: { readonly quiet: boolean }): WatchView {
  const screen = liveLines(io);
  const isLive = io.stderr.isTTY === true && !quiet;
  const meter = stepMeter();
  let training: TuiLine | null = null;
  let evaluating: TuiLine | null = null;
  let lastDraw = -Infinity;
  let lastLosses = 0;
  let lastStep = -1;
  const draw = (isUrgent: boolean): void => {
    const now = performance.now();
    if (!isLive || (!isUrgent && now - lastDraw < REDRAW_MS)) return;
    lastDraw = now;
    screen.redraw([training, evaluating].filter((line) => line !== null));
  };
  const log = (line: TuiLine, points: readonly TrainingPoint[]): void => {
    const now = performance.now();
    const step = points.at(-1)?.step ?? -1;
    const losses = points.filter(({ evalLoss }) => evalLoss !== undefined).length;
    if (step === lastStep || (losses === lastLosses && now - lastDraw < LOG_EVERY_MS)) return;
    lastDraw = now;
    lastStep = step;
    lastLosses = losses;
    screen.print(`${plain(line).trimEnd()}\n`);
  };
  return {
    width: isLive ? columnsOf(io, io.stderr) - 1 : LOG_WIDTH,
    say(line) {
      if (quiet) return;
      if (isLive) screen.printLine(line);
      else screen.print(`${plain(line).trimEnd()}\n`);
    },
    warn(text) {
      screen.print(`${escapeText(text)}\n`);
    },
    training(points, maxSteps) {
      training = trainingLine({ points, maxSteps, stepsPerSecond: meter(points.at(-1)?.step ?? 0) });
      if (isLive) draw(true);
      else if (!quiet) log(training, points);
    },
    evaluating(now) {
      evaluating = now === null ? null : evaluatingLine(now.name, now.done, now.total);
      draw(now === null || now.done === 0);
    },
    end: () => screen.clear(),
  };
}

/** Steps a second while watching; null until they are known. What was logged before the first look does not count. */
function stepMeter(): (step: number) => number | null {
  const meter = paceMeter();
  let last: number | null = null;
  return (step) => {
    meter.add({ samples: Math.max(0, step - (last ?? step)), tokens: 0, ms: [] });
    last = step;
    return meter.pace(0).samplesPerSecond;
  };
}

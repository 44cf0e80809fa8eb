import { setTimeout as wait } from "node:timers/promises";

import { EvalhError } from "../core/errors.ts";
import type { TrainingPoint } from "../core/series.ts";
import type { DiscoveredCheckpoint } from "./checkpoint/discover.ts";
import { collectPoints } from "./collected-points.ts";
import { followTrainingLog } from "./follow.ts";
import { checkpointsIn } from "./trainer/resume.ts";
import { nextToEvaluate, type WatchOrder } from "./watch-order.ts";

export interface WatchOptions {
  /** The training's output folder. It need not be there yet. */
  readonly output: string;
  /** Its log: a file or folder. */
  readonly log: string;
  readonly order: WatchOrder;
  /** Most checkpoints to evaluate; step 0 counts as well. */
  readonly mostCheckpoints: number;
  /** Seconds that evaluating may take altogether. Once they are spent, the training is only watched. */
  readonly mostSeconds: number;
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Ends the watching after the evaluation in progress. */
  readonly stop: AbortSignal;
  /** True once no more checkpoints will come: the trainer has ended, or nobody waits for it. */
  readonly isOver: () => boolean;
  /** Milliseconds without a logged point or a new checkpoint after which the training counts as over. */
  readonly idle: number;
  /** Told what lies in the output folder, at every look. */
  readonly onLook?: (found: readonly DiscoveredCheckpoint[]) => Promise<void> | void;
  /** Evaluates one; false if it could not be, for example because it was rotated away meanwhile. */
  readonly evaluate: (checkpoint: DiscoveredCheckpoint) => Promise<boolean>;
  /**
   * Called when the log has grown, also while a checkpoint is evaluated, and after each evaluation; never twice at a
   * time.
   */
  readonly onProgress: (points: readonly TrainingPoint[]) => Promise<void> | void;
  /** Told of a log that cannot be followed: checkpoints are evaluated nevertheless. */
  readonly onWarning: (message: string) => void;
}

export interface Watched {
  readonly evaluated: number;
  /** Complete checkpoints that the budget left out. */
  readonly left: readonly DiscoveredCheckpoint[];
  /** Those that never became complete, with the reason. */
  readonly incomplete: readonly DiscoveredCheckpoint[];
}

/** Evaluates each checkpoint of a training as it becomes complete, until the training is over. */
export async function watchTraining(options: WatchOptions): Promise<Watched> {
  const points = collectPoints();
  const news = { grown: false, last: performance.now() };
  const ended = new AbortController();
  const following = follow(options, ended.signal, (point) => {
    points.add(point);
    news.grown = true;
    news.last = performance.now();
  });
  const reporting = report(options, ended.signal, { news, all: () => points.all() });
  const state = createState(options);
  try {
    while (!options.stop.aborted) {
      const isOver = options.isOver() || performance.now() - news.last > options.idle;
      const { waiting, isNew } = await look(options, { state, isOver });
      if (isNew) news.last = performance.now();
      const next = state.isSpent() ? undefined : nextToEvaluate(waiting, options.order, (step) => points.lossAt(step));
      if (next !== undefined) {
        await evaluate(next, options, state);
        news.grown = true;
        news.last = performance.now();
      } else if (isOver) break;
      else await pause(options.interval, options.stop);
    }
  } finally {
    ended.abort();
    await Promise.all([following, reporting]);
  }
  const last = await checkpointsIn(options.output);
  return {
    evaluated: state.evaluated,
    left: last.filter(({ complete, name }) => complete && !state.seen.has(name)),
    incomplete: last.filter(({ complete }) => !complete),
  };
}

interface State {
  /** Names of checkpoints that are done with. */
  readonly seen: Set<string>;
  /** Name → bytes at the last look: a checkpoint that still grows is not complete, whatever it looks like. */
  readonly sizes: Map<string, number>;
  evaluated: number;
  spentMs: number;
  isSpent(): boolean;
}

function createState({ mostCheckpoints, mostSeconds }: WatchOptions): State {
  return {
    seen: new Set(),
    sizes: new Map(),
    evaluated: 0,
    spentMs: 0,
    isSpent() {
      return this.evaluated >= mostCheckpoints || this.spentMs >= 1000 * mostSeconds;
    },
  };
}

interface Look {
  /** Complete checkpoints that have not been evaluated and have not grown since the last look. */
  readonly waiting: readonly DiscoveredCheckpoint[];
  /** Whether anything is there, or has a size, that was not there before. */
  readonly isNew: boolean;
}

async function look(
  options: WatchOptions,
  { state: { seen, sizes }, isOver }: { readonly state: State; readonly isOver: boolean },
): Promise<Look> {
  const found = await checkpointsIn(options.output);
  await options.onLook?.(found);
  const waiting = found.filter(
    ({ name, complete, bytes }) => complete && !seen.has(name) && (isOver || sizes.get(name) === bytes),
  );
  const isNew = found.some(({ name, bytes }) => sizes.get(name) !== bytes);
  for (const { name, bytes } of found) sizes.set(name, bytes);
  return { waiting, isNew };
}

async function evaluate(checkpoint: DiscoveredCheckpoint, options: WatchOptions, state: State): Promise<void> {
  const started = performance.now();
  state.seen.add(checkpoint.name);
  if (await options.evaluate(checkpoint)) state.evaluated++;
  state.spentMs += performance.now() - started;
}

async function follow(
  { log, interval, onWarning }: WatchOptions,
  signal: AbortSignal,
  each: (point: TrainingPoint) => void,
): Promise<void> {
  try {
    for await (const point of followTrainingLog(log, { signal, interval })) each(point);
  } catch (error) {
    if (!(error instanceof EvalhError)) throw error;
    onWarning(`the training log cannot be followed: ${error.message}`);
  }
}

async function report(
  { interval, onProgress }: WatchOptions,
  signal: AbortSignal,
  from: { readonly news: { grown: boolean }; readonly all: () => readonly TrainingPoint[] },
): Promise<void> {
  do {
    await pause(interval, signal);
    if (!from.news.grown) continue;
    from.news.grown = false;
    await onProgress(from.all());
  } while (!signal.aborted);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined);
}

import { relative } from "node:path";

import { span } from "../../../reports/console/span.ts";
import { formatSeconds } from "../../../reports/number-format.ts";
import { EvalhError, type ErrorInfo } from "../../core/errors.ts";
import { openGpuLog } from "../../run/gpu-log.ts";
import { startGrowingRun, type GrowingRun } from "../../run/growing-run.ts";
import { judgeModels } from "../../run/judge-models.ts";
import { lockRun } from "../../run/store/lock.ts";
import type { RunState } from "../../run/store/records.ts";
import type { Model, Suite } from "../../suite/suite.ts";
import { readTrainingLog } from "../../training/index.ts";
import { watchTraining, type Watched } from "../../training/watch.ts";
import { eventSink } from "../event-sink.ts";
import type { Interrupt } from "../interrupt.ts";
import type { CliIo } from "../io.ts";
import { version } from "../version.ts";
import { finishWatch } from "./finish-watch.ts";
import type { WatchSettings } from "./watch-options.ts";
import { watchSession, type WatchSession } from "./watch-session.ts";
import { watchView, type WatchView } from "./watch-view.ts";

/** The trainer whose output is watched, evalh's own or anybody's. */
export interface WatchedTrainer {
  /** True once no more checkpoints will come. */
  readonly isOver: () => boolean;
  /** Why it failed, once it is over; null if it did not, or nobody knows. */
  readonly failure: () => ErrorInfo | null;
  /** Asks it to stop and waits until it has; null where nobody may. */
  readonly stop: ((reason: string) => Promise<unknown>) | null;
  /** What only evalh's own trainer can. */
  readonly own: {
    /** Waits for its end. */
    readonly settled: () => Promise<unknown>;
    /** Ends one that does nothing any more, for good. */
    readonly giveUp: (why: string) => Promise<unknown>;
  } | null;
}

export interface WatchRequest extends WatchSettings {
  readonly suite: Suite;
  /** Whose checkpoints they are. */
  readonly model: Model;
  readonly output: string;
  readonly log: string;
  /**
   * Called once the run is there: a mistake in the suite's data ends before anything is trained.
   * @param say shows a note
   */
  readonly startTrainer: (say: (text: string) => void) => Promise<WatchedTrainer>;
  /** Folder of the run to continue. */
  readonly resume: string | null;
  /** The command line that continues, but for the run's folder. */
  readonly resumeCommand: string;
}

/**
 * Evaluates a training's checkpoints as they appear, into one run, and shows what they say. The trainer may be evalh's
 * own or anybody's: only its output folder is looked at.
 * @returns the exit code
 */
export async function watchRun(request: WatchRequest, interrupt: Interrupt, io: CliIo): Promise<number> {
  const started = performance.now();
  const { suite } = request;
  await using held = new AsyncDisposableStack();
  const world = { secret: (name: string) => io.env[name], allowCommands: request.allowCode };
  const models = held.use(judgeModels({ suite: () => suite, world }));
  if (request.resume !== null) held.use(await lockRun(request.resume));
  const where = { root: request.root, resume: request.resume, evalh: version() };
  const run = await startGrowingRun(suite, { ...where, context: models.context });
  if (request.resume === null) held.use(await lockRun(run.folder));
  const view = watchView(io, request);
  held.defer(() => view.end());
  const attempt = run.manifest().attempts.length - 1;
  const onProblem = (message: string): void => view.warn(`warning: ${message}`);
  const gpus = held.use(await openGpuLog({ folder: run.folder, attempt, onProblem }));
  const events = eventSink(run.folder, [(event) => gpus?.show(event)]);
  events.emit({ type: "run-started", runId: run.manifest().id, folder: run.folder, total: 0 });
  view.say([span("run: ", "dim"), span(relative(process.cwd(), run.folder))]);
  const trainer = await startOrEnd(request, run, view);
  view.training([], null);
  const session = watchSession({
    request,
    trainer,
    run,
    models,
    events,
    interrupt,
    io,
    view,
    onPause: () => gpus?.pause(),
  });
  const watched = await watch(request, { trainer, session, view, interrupt });
  await session.settled();
  await endTrainer(trainer, { interrupt, idle: request.idle, view });
  view.end();
  await storeLog(request.log, run, view);
  const failure = trainer.failure();
  const state = stateOf(session, watched, { interrupt, failure });
  const seconds = Math.round(performance.now() - started) / 1000;
  await run.end({ state, seconds, failures: failure === null ? {} : { trainer: failure } });
  events.emit({ type: "run-ended", state, failed: session.failedSamples() });
  await events.close();
  return finishWatch({ request, session, watched, state, folder: run.folder, failure }, interrupt, io);
}

/** A run whose trainer cannot be started has ended. */
async function startOrEnd({ startTrainer }: WatchRequest, run: GrowingRun, view: WatchView): Promise<WatchedTrainer> {
  try {
    return await startTrainer((text) => view.say([span(text, "dim")]));
  } catch (error) {
    await run.end({ state: "incomplete", seconds: 0, failures: {} });
    throw error;
  }
}

interface Watching {
  readonly trainer: WatchedTrainer;
  readonly session: WatchSession;
  readonly view: WatchView;
  readonly interrupt: Interrupt;
}

function watch(request: WatchRequest, { trainer, session, view, interrupt }: Watching): Promise<Watched> {
  return watchTraining({
    output: request.output,
    log: request.log,
    order: request.order,
    mostCheckpoints: request.mostCheckpoints,
    mostSeconds: request.mostSeconds,
    interval: request.interval,
    idle: request.idle,
    stop: interrupt.stop,
    isOver: () => request.once || trainer.isOver() || (trainer.own === null && session.isAtEnd()),
    onLook: session.look,
    evaluate: session.evaluate,
    onProgress: session.progress,
    onWarning: (message) => view.warn(`warning: ${message}`),
  });
}

/** evalh's own trainer ends before evalh does: it was asked to, or it hangs. */
async function endTrainer(
  { own, isOver }: WatchedTrainer,
  { interrupt, idle, view }: { readonly interrupt: Interrupt; readonly idle: number; readonly view: WatchView },
): Promise<void> {
  if (own === null || isOver()) return;
  if (interrupt.exitCode() !== null) return void (await own.settled());
  const why = `hangs: it has logged and saved nothing for ${formatSeconds(idle / 1000)}`;
  view.warn(`the trainer ${why}; it is ended`);
  await own.giveUp(why);
}

async function storeLog(path: string, run: GrowingRun, view: WatchView): Promise<void> {
  try {
    await run.setTraining(await readTrainingLog(path));
  } catch (error) {
    if (!(error instanceof EvalhError)) throw error;
    view.warn(`warning: there are no loss curves: ${error.message}`);
  }
}

function stateOf(
  session: WatchSession,
  watched: Watched,
  { interrupt, failure }: { readonly interrupt: Interrupt; readonly failure: ErrorInfo | null },
): Exclude<RunState, "running"> {
  if (interrupt.exitCode() !== null) return "interrupted";
  const isWhole = failure === null && session.failures() === 0 && session.failedSamples() === 0;
  return isWhole && watched.evaluated > 0 ? "complete" : "incomplete";
}

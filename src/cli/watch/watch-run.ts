import { join, relative } from "node:path";

import { buildComparison } from "../../compare/compare.ts";
import { readRun } from "../../compare/run-data.ts";
import { sampleSource } from "../../compare/sample-source.ts";
import { EvalhError, type ErrorInfo } from "../../core/errors.ts";
import type { Generalisation } from "../../core/verdict.ts";
import { openGpuLog } from "../../run/gpu-log.ts";
import { startGrowingRun } from "../../run/growing-run.ts";
import { judgeModels } from "../../run/judge-models.ts";
import { lockRun } from "../../run/store/lock.ts";
import type { RunState } from "../../run/store/records.ts";
import type { Model, Suite } from "../../suite/suite.ts";
import { readTrainingLog } from "../../training/index.ts";
import { watchTraining, type Watched } from "../../training/watch.ts";
import type { WatchOrder } from "../../training/watch-order.ts";
import { eventSink } from "../event-sink.ts";
import { gateExit } from "../gate-exit.ts";
import type { Interrupt } from "../interrupt.ts";
import { ExitCode, type CliIo } from "../io.ts";
import { printComparison, writeHtml } from "../show-comparison.ts";
import { version } from "../version.ts";
import { watchSession, type WatchSession } from "./watch-session.ts";
import type { PruneMode } from "./prune.ts";

export interface WatchRequest {
  readonly suite: Suite;
  /** Whose checkpoints they are. */
  readonly model: Model;
  readonly output: string;
  readonly log: string;
  readonly order: WatchOrder;
  readonly mostCheckpoints: number;
  readonly mostSeconds: number;
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Verdicts on which the training is stopped. */
  readonly stopOn: ReadonlySet<Generalisation>;
  /** Asks the trainer to stop; null where nobody may. */
  readonly stopTrainer: ((reason: string) => Promise<unknown>) | null;
  /** True once no more checkpoints will come. */
  readonly isOver: () => boolean;
  /** Why the trainer failed, once it is over; null if it did not. */
  readonly trainerFailure: () => ErrorInfo | null;
  readonly root: string;
  /** Folder of the run to continue. */
  readonly resume: string | null;
  /** The command line that continues, but for the run's folder. */
  readonly resumeCommand: string;
  readonly allowCode: boolean;
  readonly prune: PruneMode | null;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly report: boolean;
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
  const attempt = run.manifest().attempts.length - 1;
  const warn = (message: string): void => void io.stderr.write(`warning: ${message}\n`);
  const gpus = held.use(await openGpuLog({ folder: run.folder, attempt, onProblem: warn }));
  const events = eventSink(run.folder, [(event) => gpus?.show(event)]);
  events.emit({ type: "run-started", runId: run.manifest().id, folder: run.folder, total: 0 });
  if (!request.quiet) io.stderr.write(`run: ${relative(process.cwd(), run.folder)}\n`);
  const session = watchSession({ request, run, models, events, interrupt, io, warn });
  const watched = await watchTraining({
    output: request.output,
    log: request.log,
    order: request.order,
    mostCheckpoints: request.mostCheckpoints,
    mostSeconds: request.mostSeconds,
    interval: request.interval,
    stop: interrupt.stop,
    isOver: request.isOver,
    evaluate: session.evaluate,
    onProgress: session.progress,
    onWarning: warn,
  });
  await session.settled();
  await storeLog(request.log, { run, warn });
  const state = stateOf(session, watched, { interrupt, failure: request.trainerFailure() });
  const failure = request.trainerFailure();
  const seconds = Math.round(performance.now() - started) / 1000;
  await run.end({ state, seconds, failures: failure === null ? {} : { trainer: failure } });
  events.emit({ type: "run-ended", state, failed: session.failedSamples() });
  await events.close();
  return finish({ request, session, watched, state, folder: run.folder }, interrupt, io);
}

async function storeLog(
  path: string,
  { run, warn }: { readonly run: Awaited<ReturnType<typeof startGrowingRun>>; readonly warn: (text: string) => void },
): Promise<void> {
  try {
    await run.setTraining(await readTrainingLog(path));
  } catch (error) {
    if (!(error instanceof EvalhError)) throw error;
    warn(`there are no loss curves: ${error.message}`);
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

interface Ended {
  readonly request: WatchRequest;
  readonly session: WatchSession;
  readonly watched: Watched;
  readonly state: RunState;
  readonly folder: string;
}

async function finish(
  { request, session, watched, state, folder }: Ended,
  interrupt: Interrupt,
  io: CliIo,
): Promise<number> {
  const resume = `resume: ${request.resumeCommand} ${relative(process.cwd(), folder)}\n`;
  const failure = request.trainerFailure();
  if (failure !== null) io.stderr.write(`error: the trainer ${failure.message}\n`);
  const code = interrupt.exitCode();
  if (code !== null) {
    io.stderr.write(resume);
    return code;
  }
  for (const { name, reason } of watched.incomplete) {
    io.stderr.write(`warning: ${name} was left out: ${reason ?? "it is not complete"}\n`);
  }
  if (watched.left.length > 0) {
    const names = watched.left.map(({ name }) => name).join(", ");
    io.stderr.write(`the budget left out ${names}\n${resume}`);
  }
  if (watched.evaluated === 0) {
    io.stderr.write(`error: no checkpoint in ${request.output} could be evaluated\n`);
    return ExitCode.incomplete;
  }
  const data = await readRun(folder);
  const comparison = await buildComparison(data);
  const source = sampleSource(data);
  await printComparison(comparison, source, { io, format: request.json ? "json" : "console", quiet: false, folder });
  const kept = session.kept();
  const lines = [
    ...(kept === null ? [] : [`checkpoint to ship: ${relative(process.cwd(), kept)}`]),
    ...(session.stopped() === null ? [] : [`the training was stopped: ${session.stopped()}`]),
  ];
  if (request.report) {
    const path = join(folder, "report.html");
    await writeHtml(comparison, source, path);
    lines.push(`report: ${relative(process.cwd(), path)}`);
  }
  (request.json ? io.stderr : io.stdout).write(lines.map((line) => `${line}\n`).join(""));
  return gateExit(comparison, { incomplete: state !== "complete", strict: false });
}

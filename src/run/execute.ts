import type { Backend, BackendTarget, Keep } from "../core/backend.ts";
import { EvalhError, rootError, toErrorInfo, type ErrorInfo } from "../core/errors.ts";
import type { RunEvent } from "../core/run-event.ts";
import type { CacheCount } from "./cache/cached-ask.ts";
import { pruneCache } from "./cache/cache-folder.ts";
import { openKeep } from "./keep.ts";
import { timeUnit } from "./time-unit.ts";
import { openUnitAnswers, type CacheOptions, type UnitAnswers } from "./cache/unit-answers.ts";
import { drawnBy, drawOrder } from "./drawing.ts";
import { openAnswers, type Answers } from "./open-answers.ts";
import { runsUnit, targetOf, type PlannedCheckpoint } from "./plan.ts";
import type { RunState } from "./store/records.ts";
import { runUnit, type Unit } from "./unit-runner.ts";

export interface ExecuteOptions {
  readonly folder: string;
  readonly units: readonly Unit[];
  readonly checkpoints: readonly PlannedCheckpoint[];
  readonly concurrency: number | null;
  /** Answers of earlier runs, and of this one; null asks everything. */
  readonly cache?: CacheOptions | null;
  /** Stops scheduling; what is in flight is finished. */
  readonly stop: AbortSignal;
  /** Gives up what is in flight. */
  readonly abort: AbortSignal;
  readonly emit: (event: RunEvent) => void;
  /** Value of an environment variable that a backend's options name, for keys. */
  readonly secret?: (name: string) => string | undefined;
  /** Whether a suite may start programs. */
  readonly allowCommands?: boolean;
  /** Seconds to wait for servers that are not there yet; null for the backend's own patience. */
  readonly readyTimeout?: number | null;
  /** Samples are drawn look by look; null or undefined asks all at once. */
  readonly draw?: Draw | null;
  /** Called with the backend's name and version once a checkpoint is ready. */
  readonly onBackend: (checkpoint: string, version: string) => void;
}

/** How a run draws its samples. */
export interface Draw {
  readonly seed: number;
  readonly looks: number;
  /** Called when a look's samples are answered; true ends the drawing. */
  readonly isEnough: (look: number) => Promise<boolean>;
}

export interface ExecuteResult {
  readonly state: Exclude<RunState, "running">;
  /** Samples that ended in an error. */
  readonly failedSamples: number;
  /** What the first of them ended in; null where none did. */
  readonly firstError: string | null;
  /** Checkpoints that could not be evaluated, by id. */
  readonly failures: Readonly<Record<string, ErrorInfo>>;
  /** How many answers were known before they were asked; null without a cache. */
  readonly cache: { readonly answers: number; readonly known: number } | null;
}

/**
 * Evaluates checkpoint after checkpoint, each by itself in memory. One that cannot be loaded is reported and left out;
 * a full disk or a lost store ends the run.
 */
export async function execute(options: ExecuteOptions): Promise<ExecuteResult> {
  const failures: Record<string, ErrorInfo> = {};
  let failedSamples = 0;
  let firstError: string | null = null;
  const count: CacheCount = { known: 0 };
  let answers = 0;
  const emit = (event: RunEvent): void => {
    if (event.type === "samples-done") {
      answers += event.count;
      failedSamples += event.failed;
      firstError ??= event.firstError ?? null;
    }
    options.emit(event);
  };
  await using keep = openKeep();
  for (const [index, planned] of options.checkpoints.entries()) {
    if (options.stop.aborted) break;
    const { id } = planned.checkpoint;
    try {
      await runCheckpoint(planned, { ...options, emit, index, count, keep });
    } catch (thrown) {
      const error = rootError(thrown);
      if (options.abort.aborted) break;
      // A bug ends the run with its stack; only what the user or the world did is a checkpoint's failure.
      if (!(error instanceof EvalhError) || error.code === "E_STORE") throw error;
      failures[id] = { ...toErrorInfo(error), ...(error.hint === undefined ? {} : { hint: error.hint }) };
      emit({ type: "checkpoint-failed", checkpoint: id, error: failures[id] });
    }
  }
  const state = options.stop.aborted ? "interrupted" : Object.keys(failures).length > 0 ? "incomplete" : "complete";
  const { cache } = options;
  // The cache is a convenience: that it cannot be tidied up is no reason to fail a run.
  if (cache != null) await pruneCache(cache.root, cache.limit).catch(() => undefined);
  return {
    state,
    failedSamples,
    firstError,
    failures,
    cache: cache == null ? null : { answers, known: Math.min(answers, count.known) },
  };
}

/** Options of one checkpoint. */
interface CheckpointOptions extends ExecuteOptions {
  /** Its place among the checkpoints. */
  readonly index: number;
  readonly count: CacheCount;
  readonly keep: Keep;
}

async function runCheckpoint(planned: PlannedCheckpoint, options: CheckpointOptions): Promise<void> {
  const { checkpoint } = planned;
  const units = options.units.filter((unit) => runsUnit(checkpoint, unit.info));
  await using stored = await openAnswers(options.folder, checkpoint.id, units);
  const { repair } = stored;
  if (repair.cutBytes > 0 || repair.damagedLines > 0) {
    options.emit({
      type: "warning",
      message: `${checkpoint.id}: ${describeRepair(repair)}; those samples are done again`,
    });
  }
  options.emit({
    type: "checkpoint-started",
    checkpoint: checkpoint.id,
    index: options.index,
    of: options.checkpoints.length,
    done: stored.size,
  });
  const open = units.filter((unit) => stored.doneOf(unit).size < unit.info.n * unit.info.repeats);
  if (open.length === 0) return;
  await using backend = await startBackend(planned, options);
  options.onBackend(checkpoint.id, `${backend.name}: ${backend.version}`);
  const asking = { planned, backend, stored, options };
  const { draw } = options;
  // Awaited here: what the function has opened is given up when it returns.
  if (draw == null) {
    await askUnits(open, asking);
    return;
  }
  for (let look = 1; look <= draw.looks; look++) {
    await askUnits(open, asking, ({ info }) => samplesOfLook(draw, info, look));
    if (options.stop.aborted || (await draw.isEnough(look))) return;
  }
}

interface Asking {
  readonly planned: PlannedCheckpoint;
  readonly backend: Backend;
  readonly stored: Answers;
  readonly options: CheckpointOptions;
}

async function askUnits(
  units: readonly Unit[],
  { planned, backend, stored, options }: Asking,
  wantedOf?: (unit: Unit) => (ordinal: number) => boolean,
): Promise<void> {
  for (const unit of units) {
    if (options.stop.aborted) return;
    await using answers = await unitAnswers(unit, { planned, backend, options });
    const timed = timeUnit(unit, planned.checkpoint.id, options);
    await runUnit(unit, {
      folder: options.folder,
      checkpoint: planned.checkpoint.id,
      backend,
      writer: stored.writer,
      done: stored.doneOf(unit),
      concurrency: options.concurrency,
      onShared: (samples) => (options.count.known += samples),
      ...(answers === null ? {} : { remember: (ask) => answers.remember(ask) }),
      ...(wantedOf === undefined ? {} : { isWanted: wantedOf(unit) }),
      stop: options.stop,
      abort: options.abort,
      emit: timed.emit,
    });
    timed.finish();
  }
}

/** The samples of a unit that a look adds to those of the looks before. */
function samplesOfLook({ seed, looks }: Draw, unit: Unit["info"], look: number): (ordinal: number) => boolean {
  const places = drawOrder(seed, unit);
  const from = look === 1 ? 0 : drawnBy(unit.n, look - 1, looks);
  const to = drawnBy(unit.n, look, looks);
  return (ordinal) => (places[ordinal] ?? -1) >= from && (places[ordinal] ?? -1) < to;
}

async function unitAnswers(
  unit: Unit,
  { planned, backend, options }: { planned: PlannedCheckpoint; backend: Backend; options: CheckpointOptions },
): Promise<UnitAnswers | null> {
  const { cache, count, emit } = options;
  if (cache == null) return null;
  const onProblem = (message: string): void => emit({ type: "warning", message });
  return openUnitAnswers(cache, { planned, backend, unit, count, onProblem });
}

function startBackend({ backend, checkpoint, model }: PlannedCheckpoint, options: CheckpointOptions): Promise<Backend> {
  const { allowCommands = false, concurrency, readyTimeout = null, secret, emit, keep } = options;
  const target: BackendTarget = {
    ...targetOf({ checkpoint, model }),
    allowCommands,
    keep,
    ...(secret === undefined ? {} : { secret }),
    ...(concurrency === null ? {} : { concurrency }),
    ...(readyTimeout === null ? {} : { readyTimeout }),
    onNotice({ kind, message }) {
      if (kind === "warning") emit({ type: "warning", message });
      else emit({ type: "waiting", checkpoint: checkpoint.id, message });
    },
  };
  return backend.create(target, options.abort);
}

function describeRepair(repair: { readonly cutBytes: number; readonly damagedLines: number }): string {
  const parts = [];
  if (repair.cutBytes > 0) parts.push(`a torn last line of ${repair.cutBytes} bytes was cut`);
  if (repair.damagedLines > 0) parts.push(`${repair.damagedLines} damaged lines are ignored`);
  return parts.join(", ");
}

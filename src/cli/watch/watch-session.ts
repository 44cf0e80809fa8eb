import { stat, statfs } from "node:fs/promises";
import { relative } from "node:path";

import { escapeText } from "../../../reports/escape-text.ts";
import { unitKey } from "../../compare/shard-scan.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { isSystemError } from "../../core/errors.ts";
import type { TrainingPoint } from "../../core/series.ts";
import type { Diagnosis } from "../../core/verdict.ts";
import type { GrowingRun } from "../../run/growing-run.ts";
import type { JudgeModels } from "../../run/judge-models.ts";
import type { PlannedCheckpoint } from "../../run/plan.ts";
import { planFound } from "../../run/resolve-checkpoints.ts";
import { diagnose } from "../../stats/generalisation.ts";
import type { DiscoveredCheckpoint } from "../../training/index.ts";
import { decideStop } from "../../training/watch-verdict.ts";
import type { EventSink } from "../event-sink.ts";
import type { Interrupt } from "../interrupt.ts";
import type { CliIo } from "../io.ts";
import { pruneCheckpoints } from "./prune.ts";
import { readStanding, type Standing } from "./scores-so-far.ts";
import { keepShip } from "./ship-copy.ts";
import { plannedSteps, type PlannedSteps } from "../../training/planned-steps.ts";
import { checkpointScores } from "../../tui/data/checkpoint-scores.ts";
import { answersOf } from "../progress-scores.ts";
import { diagnosisLine, standingLine } from "./watch-lines.ts";
import type { WatchView } from "./watch-view.ts";
import type { WatchedTrainer, WatchRequest } from "./watch-run.ts";

/** What happens while a training is watched. */
export interface WatchSession {
  /** Evaluates one checkpoint; false if it could not be. */
  readonly evaluate: (found: DiscoveredCheckpoint) => Promise<boolean>;
  /** Judges the loss curves, and stops the training where that is due. */
  readonly progress: (points: readonly TrainingPoint[]) => void;
  /** Learns from the checkpoints that are there how far the training means to go. */
  readonly look: (found: readonly DiscoveredCheckpoint[]) => Promise<void>;
  /** Whether a checkpoint is there that says it is the training's last. */
  readonly isAtEnd: () => boolean;
  /** Waits for what was begun, such as stopping the trainer. */
  readonly settled: () => Promise<void>;
  /** Checkpoints that could not be evaluated. */
  readonly failures: () => number;
  readonly failedSamples: () => number;
  /** Why the training was stopped; null if it was not. */
  readonly stopped: () => string | null;
  /** Folder in which the checkpoint to ship is kept. */
  readonly kept: () => string | null;
}

interface Parts {
  readonly request: WatchRequest;
  readonly trainer: WatchedTrainer;
  readonly run: GrowingRun;
  readonly models: JudgeModels;
  readonly events: EventSink;
  readonly interrupt: Interrupt;
  readonly io: CliIo;
  readonly view: WatchView;
  /** Told when an evaluation has ended. */
  readonly onPause: () => void;
}

interface State {
  points: readonly TrainingPoint[];
  planned: PlannedSteps | null;
  diagnosis: Diagnosis | null;
  standing: Standing | null;
  stopped: string | null;
  stopping: Promise<unknown>;
  kept: string | null;
  keptOf: string | null;
  failures: number;
  failedSamples: number;
  /** Notes that are given once. */
  readonly told: Set<string>;
  readonly evaluated: Set<string>;
}

export function watchSession(parts: Parts): WatchSession {
  const state: State = {
    points: [],
    planned: null,
    diagnosis: null,
    standing: null,
    stopped: null,
    stopping: Promise.resolve(),
    kept: null,
    keptOf: null,
    failures: 0,
    failedSamples: 0,
    told: new Set(),
    evaluated: new Set(),
  };
  return {
    evaluate: (found) => evaluate(found, parts, state),
    progress: (points) => {
      state.points = points;
      parts.view.training(points, state.planned?.maxSteps ?? null);
      judge(parts, state);
    },
    look: async (found) => {
      state.planned = (await plannedSteps(found)) ?? state.planned;
    },
    isAtEnd: () => state.planned !== null && state.planned.step >= state.planned.maxSteps,
    settled: async () => {
      await state.stopping;
    },
    failures: () => state.failures,
    failedSamples: () => state.failedSamples,
    stopped: () => state.stopped,
    kept: () => state.kept,
  };
}

async function evaluate(found: DiscoveredCheckpoint, parts: Parts, state: State): Promise<boolean> {
  const { request, run, events, io, view, interrupt } = parts;
  const planned = await planOrNull(found, request);
  if (planned === null) return false;
  const { checkpoint } = planned;
  parts.models.attach({
    folder: run.folder,
    checkpoints: [...run.manifest().checkpoints.map(({ id }) => id), checkpoint.id],
    abort: interrupt.abort,
  });
  const total = answersOf(run.manifest(), checkpoint);
  let done = 0;
  view.evaluating({ name: found.name, done, total });
  const added = await run.add(planned, {
    stop: interrupt.stop,
    abort: interrupt.abort,
    emit: (event) => {
      if (event.type === "checkpoint-started") done = event.done;
      if (event.type === "samples-done") done += event.count;
      if (event.type === "warning") view.warn(`warning: ${event.message}`);
      view.evaluating({ name: found.name, done, total });
      events.emit(event);
    },
    concurrency: null,
    secret: (name) => io.env[name],
    allowCommands: request.allowCode,
  });
  view.evaluating(null);
  parts.onPause();
  state.failedSamples += added.failedSamples;
  if (added.failure !== null) {
    const isGone = (await stat(checkpoint.path).catch(() => null)) === null;
    if (!isGone) state.failures++;
    view.warn(`${isGone ? "note" : "error"}: ${found.name} was not evaluated: ${added.failure.message}`);
    return false;
  }
  if (interrupt.stop.aborted) return true;
  state.evaluated.add(checkpoint.path);
  await run.setTraining({ format: "followed", points: state.points, warnings: [] });
  state.standing = await readStanding(run.folder, state.points);
  await say(checkpoint, added.failedSamples, { parts, standing: state.standing });
  await keep(parts, state);
  await warnOfDisk(found, parts, state);
  return true;
}

async function say(
  checkpoint: Checkpoint,
  failed: number,
  { parts: { run, view, request }, standing }: { readonly parts: Parts; readonly standing: Standing },
): Promise<void> {
  if (request.quiet) return;
  const judges = new Map(run.units.map(({ info, judges: list }) => [unitKey(info), list]));
  const scores = await checkpointScores(run.folder, { manifest: run.manifest(), judges }, checkpoint);
  const loss = standing.losses.get(checkpoint.step ?? -1) ?? null;
  const leads = standing.ship?.checkpoint === checkpoint.id;
  const name = nameOf(checkpoint.id);
  const nameWidth = Math.max(...run.manifest().checkpoints.map(({ id }) => nameOf(id).length), 15);
  view.say(standingLine({ name, loss, failed, leads, scores }, { nameWidth, width: view.width }));
}

function nameOf(id: string): string {
  return escapeText(id.slice(id.indexOf("/") + 1));
}

/** Null for a checkpoint that the trainer has rotated away meanwhile. */
async function planOrNull(found: DiscoveredCheckpoint, { model }: WatchRequest): Promise<PlannedCheckpoint | null> {
  try {
    return await planFound(model, found);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Says what the curves show when that changes, and stops the training where the request wants it. */
function judge({ request, trainer, view }: Parts, state: State): void {
  const before = state.diagnosis;
  state.diagnosis = diagnose(state.points);
  const { diagnosis } = state;
  if (diagnosis.verdict !== before?.verdict && diagnosis.verdict !== "inconclusive") view.say(diagnosisLine(diagnosis));
  if (state.stopped !== null || trainer.stop === null || trainer.isOver()) return;
  const scores = state.standing?.scores ?? { best: null, equivalent: [] };
  const decision = decideStop(diagnosis, scores, request.stopOn);
  if (!decision.stop) {
    if (decision.why !== null && !state.told.has(decision.why)) view.warn(`note: not stopped: ${decision.why}`);
    if (decision.why !== null) state.told.add(decision.why);
    return;
  }
  state.stopped = decision.why;
  view.warn(`stopping the training: ${decision.why}`);
  state.stopping = trainer.stop(decision.why);
}

/** Keeps the checkpoint to ship where no rotation reaches it, and deletes what nothing needs. */
async function keep({ request, run, view }: Parts, state: State): Promise<void> {
  const ship = run.manifest().checkpoints.find(({ id }) => id === state.standing?.ship?.checkpoint) ?? null;
  if (ship !== null && ship.id !== state.keptOf) {
    const kept = await keepShip(request.output, ship.path);
    if (kept !== null) {
      state.kept = kept;
      state.keptOf = ship.id;
    }
  }
  if (request.prune === null) return;
  const facts = {
    ship: ship?.path ?? null,
    lowestLoss: state.diagnosis?.ship ?? null,
    evaluated: state.evaluated,
  };
  for (const line of await pruneCheckpoints(request.output, facts, { mode: request.prune, told: state.told })) {
    view.warn(line);
  }
}

/** A checkpoint with its optimiser takes about three times its weights. */
const ROOM_FACTOR = 3;

async function warnOfDisk({ bytes }: DiscoveredCheckpoint, { request, view }: Parts, state: State): Promise<void> {
  const disk = await statfs(request.output).catch(() => null);
  if (disk === null || state.told.has("disk") || disk.bavail * disk.bsize > ROOM_FACTOR * bytes) return;
  state.told.add("disk");
  const free = ((disk.bavail * disk.bsize) / 1e9).toFixed(1);
  const where = relative(process.cwd(), request.output);
  view.warn(
    `warning: only ${free} GB are free under ${where}, hardly enough for one more checkpoint; --prune makes room`,
  );
}

import { stat, statfs } from "node:fs/promises";

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
import { diagnosisLine, standingLine } from "./watch-lines.ts";
import type { WatchRequest } from "./watch-run.ts";

/** What happens while a training is watched. */
export interface WatchSession {
  /** Evaluates one checkpoint; false if it could not be. */
  readonly evaluate: (found: DiscoveredCheckpoint) => Promise<boolean>;
  /** Judges the loss curves, and stops the training where that is due. */
  readonly progress: (points: readonly TrainingPoint[]) => void;
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
  readonly run: GrowingRun;
  readonly models: JudgeModels;
  readonly events: EventSink;
  readonly interrupt: Interrupt;
  readonly io: CliIo;
  readonly warn: (message: string) => void;
}

interface State {
  points: readonly TrainingPoint[];
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
      judge(parts, state);
    },
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
  const { request, run, events, io } = parts;
  const planned = await planOrNull(found, request);
  if (planned === null) return false;
  const { checkpoint } = planned;
  if (!request.quiet) io.stderr.write(`evaluating ${found.name}\n`);
  parts.models.attach({
    folder: run.folder,
    checkpoints: [...run.manifest().checkpoints.map(({ id }) => id), checkpoint.id],
    abort: parts.interrupt.abort,
  });
  const added = await run.add(planned, {
    stop: parts.interrupt.stop,
    abort: parts.interrupt.abort,
    emit: events.emit,
    concurrency: null,
    secret: (name) => io.env[name],
    allowCommands: request.allowCode,
  });
  state.failedSamples += added.failedSamples;
  if (added.failure !== null) {
    const isGone = (await stat(checkpoint.path).catch(() => null)) === null;
    if (!isGone) state.failures++;
    io.stderr.write(`${isGone ? "note" : "error"}: ${found.name} was not evaluated: ${added.failure.message}\n`);
    return false;
  }
  if (parts.interrupt.stop.aborted) return true;
  state.evaluated.add(checkpoint.path);
  state.standing = await readStanding(run.folder, state.points);
  if (!request.quiet) io.stderr.write(`${standingLine(planned.checkpoint, state.standing, state.points)}\n`);
  await keep(parts, state);
  await warnOfDisk(found, parts, state);
  return true;
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
function judge({ request, io, warn }: Parts, state: State): void {
  const before = state.diagnosis;
  state.diagnosis = diagnose(state.points);
  const { diagnosis } = state;
  if (diagnosis.verdict !== before?.verdict && diagnosis.verdict !== "inconclusive" && !request.quiet) {
    io.stderr.write(`${diagnosisLine(diagnosis)}\n`);
  }
  if (state.stopped !== null || request.stopTrainer === null || request.isOver()) return;
  const scores = state.standing?.scores ?? { best: null, equivalent: [], scored: [] };
  const decision = decideStop(diagnosis, scores, request.stopOn);
  if (!decision.stop) {
    if (decision.why !== null && !state.told.has(decision.why)) warn(`not stopped: ${decision.why}`);
    if (decision.why !== null) state.told.add(decision.why);
    return;
  }
  state.stopped = decision.why;
  io.stderr.write(`stopping the training: ${decision.why}\n`);
  state.stopping = request.stopTrainer(decision.why);
}

/** Keeps the checkpoint to ship where no rotation reaches it, and deletes what nothing needs. */
async function keep({ request, run, io }: Parts, state: State): Promise<void> {
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
    io.stderr.write(`${line}\n`);
  }
}

/** A checkpoint with its optimiser takes about three times its weights. */
const ROOM_FACTOR = 3;

async function warnOfDisk({ bytes }: DiscoveredCheckpoint, { request, warn }: Parts, state: State): Promise<void> {
  const disk = await statfs(request.output).catch(() => null);
  if (disk === null || state.told.has("disk") || disk.bavail * disk.bsize > ROOM_FACTOR * bytes) return;
  state.told.add("disk");
  const free = ((disk.bavail * disk.bsize) / 1e9).toFixed(1);
  warn(`only ${free} GB are free under ${request.output}, hardly enough for one more checkpoint; --prune makes room`);
}

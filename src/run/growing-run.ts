import { rename, stat } from "node:fs/promises";

import type { Checkpoint } from "../core/checkpoint.ts";
import { hasErrno, type ErrorInfo } from "../core/errors.ts";
import type { JudgeContext } from "../core/judge.ts";
import type { TrainingLog } from "../core/series.ts";
import type { Suite } from "../suite/suite.ts";
import { askedTasks } from "./asked-tasks.ts";
import { execute, type ExecuteOptions } from "./execute.ts";
import { createJudgesOf, planDigest, type PlannedCheckpoint } from "./plan.ts";
import { askOf, prepareRun, resumeRun } from "./prepare.ts";
import { writeTraining } from "./store/training-file.ts";
import { planStored } from "./resolve-checkpoints.ts";
import { storeError } from "./store/line-file.ts";
import type { RunManifest, RunState } from "./store/records.ts";
import { readManifest, runFiles, writeManifest } from "./store/run-folder.ts";
import type { Unit } from "./unit-runner.ts";

/** What became of a checkpoint. */
export interface Added {
  /** Why it could not be evaluated; null if it was. */
  readonly failure: ErrorInfo | null;
  /** Samples that ended in an error. */
  readonly failedSamples: number;
}

type Control = Pick<ExecuteOptions, "stop" | "abort" | "emit" | "concurrency" | "secret" | "allowCommands">;

/** A run whose checkpoints come one by one, while a training lasts. At any time its folder is a run that can be read. */
export interface GrowingRun {
  readonly folder: string;
  readonly units: readonly Unit[];
  readonly manifest: () => RunManifest;
  /** Evaluates one more checkpoint, or the rest of one that was begun. */
  add(planned: PlannedCheckpoint, control: Control): Promise<Added>;
  /** Replaces the loss curves. */
  setTraining(log: TrainingLog): Promise<void>;
  /** @param failures of what is no checkpoint, for example the trainer */
  end(result: {
    readonly state: Exclude<RunState, "running">;
    readonly seconds: number;
    readonly failures: Readonly<Record<string, ErrorInfo>>;
  }): Promise<void>;
}

export interface GrowingRunOptions {
  readonly root: string;
  readonly evalh: string;
  /** Folder of the run to continue; null for a new one. */
  readonly resume: string | null;
  readonly context: JudgeContext;
}

/**
 * Begins a run without checkpoints, or continues one.
 * @throws EvalhError E_DATASET, E_PROMPT, E_JUDGE; E_NOT_COMPARABLE if the suite or its data changed since
 */
export async function startGrowingRun(suite: Suite, options: GrowingRunOptions): Promise<GrowingRun> {
  const judges = new Map(
    await Promise.all(
      askedTasks(suite).map(
        async (task) => [task.name, await createJudgesOf(task, { folder: suite.folder, ...options.context })] as const,
      ),
    ),
  );
  const { root, evalh, resume } = options;
  const resolved = { judges, log: null, warnings: [], ...askOf(options.context) };
  const prepared =
    resume === null
      ? await prepareRun(suite, { ...resolved, checkpoints: [] }, { root, evalh })
      : await resumeRun(
          suite,
          { ...resolved, checkpoints: await planStored(suite, (await readManifest(resume)).checkpoints) },
          { folder: resume, evalh },
        );
  return grow(suite, prepared.units, { folder: prepared.folder, manifest: prepared.manifest });
}

function grow(
  suite: Suite,
  units: readonly Unit[],
  { folder, manifest: first }: { readonly folder: string; readonly manifest: RunManifest },
): GrowingRun {
  let manifest = first;
  const save = async (change: Partial<RunManifest>): Promise<void> => {
    manifest = { ...manifest, ...change };
    await writeManifest(folder, manifest);
  };
  const infos = units.map(({ info }) => info);
  return {
    folder,
    units,
    manifest: () => manifest,
    async add(planned, control) {
      await setAsideStale(folder, manifest.checkpoints, planned.checkpoint);
      const checkpoints = withCheckpoint(manifest.checkpoints, planned.checkpoint);
      await save({ checkpoints, planDigest: planDigest(suite, infos, checkpoints) });
      const backends = { ...manifest.backends };
      const { failures, failedSamples } = await execute({
        ...control,
        folder,
        units,
        checkpoints: [planned],
        cache: null,
        onBackend: (checkpoint, version) => (backends[checkpoint] = version),
      });
      const failure = failures[planned.checkpoint.id] ?? null;
      const isGone = failure !== null && (await stat(planned.checkpoint.path).catch(() => null)) === null;
      if (isGone) {
        // Rotated away by the trainer while it was evaluated: it never was part of this run.
        const left = manifest.checkpoints.filter(({ id }) => id !== planned.checkpoint.id);
        await save({ checkpoints: left, planDigest: planDigest(suite, infos, left) });
      } else await save({ backends, failures: { ...manifest.failures, ...failures } });
      return { failure, failedSamples };
    },
    async setTraining(log) {
      await writeTraining(folder, log.points);
      await save({ trainingFormat: log.format, trainingWarnings: log.warnings });
    },
    async end({ state, seconds, failures }) {
      const last = manifest.attempts.length - 1;
      const attempts = manifest.attempts.map((attempt, index) =>
        index === last ? { ...attempt, seconds, state } : attempt,
      );
      await save({ state, attempts, failures: { ...manifest.failures, ...failures } });
    },
  };
}

/**
 * A training that goes on from an earlier checkpoint writes the later ones anew, under the same names: what the old ones
 * answered is kept beside, and asked again.
 */
async function setAsideStale(folder: string, known: readonly Checkpoint[], { id, digest }: Checkpoint): Promise<void> {
  const before = known.find((each) => each.id === id);
  if (before === undefined || before.digest === digest) return;
  const path = runFiles.samples(folder, id);
  await rename(path, `${path}.${(before.digest ?? "").slice(0, 8)}.replaced`).catch((error: unknown) => {
    if (!hasErrno(error, "ENOENT")) throw storeError("write", path, error);
  });
}

function withCheckpoint(all: readonly Checkpoint[], one: Checkpoint): Checkpoint[] {
  return [...all.filter(({ id }) => id !== one.id), one].sort((a, b) => (a.step ?? Infinity) - (b.step ?? Infinity));
}

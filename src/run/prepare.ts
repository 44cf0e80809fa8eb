import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

import { EvalhError } from "../core/errors.ts";
import type { Asker, Judge, JudgeContext } from "../core/judge.ts";
import type { TrainingLog } from "../core/series.ts";
import type { Suite, Task } from "../suite/suite.ts";
import { readTrainingLog } from "../training/index.ts";
import { generatesText } from "./ask.ts";
import { askedTasks } from "./asked-tasks.ts";
import { knownItems, type ItemsDigest } from "./item-index.ts";
import { digestItems, writeItems } from "./items.ts";
import { describeMachine } from "./machine.ts";
import { perturbWorld } from "./perturb-world.ts";
import { checkRevisions, withRevisions } from "./revisions.ts";
import { createJudgesOf, describeJudges, planDigest, splitsOf, type PlannedCheckpoint } from "./plan.ts";
import { resolveCheckpoints } from "./resolve-checkpoints.ts";
import type { Attempt, RunManifest, UnitInfo } from "./store/records.ts";
import { createRunFolder, readManifest, writeManifest } from "./store/run-folder.ts";
import { writeTraining } from "./store/training-file.ts";
import { writeTrainingText } from "./training-text.ts";
import type { Unit } from "./unit-runner.ts";

/** A run ready to be executed: its folder holds the samples and the manifest. */
export interface PreparedRun {
  readonly folder: string;
  readonly manifest: RunManifest;
  readonly units: readonly Unit[];
  readonly checkpoints: readonly PlannedCheckpoint[];
  /** What the user should know before anything is asked. */
  readonly warnings: readonly string[];
}

/** What a suite means on this machine, before anything is written. */
export interface Resolved {
  readonly checkpoints: readonly PlannedCheckpoint[];
  readonly judges: ReadonlyMap<string, readonly Judge[]>;
  readonly log: TrainingLog | null;
  readonly warnings: readonly string[];
  /** Starts a model that rewrites samples. */
  readonly ask?: (model: string) => Promise<Asker>;
}

/** What a context lets one ask. */
export function askOf(context: JudgeContext): Pick<Resolved, "ask"> {
  if (context.ask === undefined) return {};
  return { ask: (model) => context.ask?.(model) ?? Promise.reject(new RangeError(`no model ${model}`)) };
}

/**
 * @param context what judges may ask of the world
 * @throws EvalhError E_CHECKPOINT, E_JUDGE, E_TRAINING_LOG
 */
export async function resolveSuite(suite: Suite, context: JudgeContext = {}): Promise<Resolved> {
  const { checkpoints, warnings } = await resolveCheckpoints(suite);
  checkCapabilities(suite, checkpoints);
  const judges = new Map<string, readonly Judge[]>();
  for (const task of askedTasks(suite)) {
    judges.set(task.name, await createJudgesOf(task, { folder: suite.folder, ...context }));
  }
  const log = await readLog(suite, warnings);
  return { checkpoints, judges, log, warnings: [...warnings, ...(log?.warnings ?? [])], ...askOf(context) };
}

/**
 * Says before anything is asked what a model's options already tell: that it cannot do what a task needs.
 * @throws EvalhError E_BACKEND
 */
function checkCapabilities(suite: Suite, checkpoints: readonly PlannedCheckpoint[]): void {
  const task = suite.tasks.find((each) => !generatesText(each));
  if (task === undefined) return;
  for (const { model, backend } of checkpoints) {
    const why = backend.whyNoLikelihood?.(model.options) ?? null;
    if (why === null) continue;
    const need = `task "${task.name}" (${task.kind}) needs log-probabilities of given texts`;
    throw new EvalhError("E_BACKEND", `${need}, which model "${model.name}" cannot give: ${why.reason}`, {
      place: { file: suite.file },
      hint: why.hint,
    });
  }
}

/** The log of a training that evalh is yet to start need not be there. */
async function readLog({ training }: Suite, warnings: string[]): Promise<TrainingLog | null> {
  if (training === null) return null;
  try {
    return await readTrainingLog(training.log);
  } catch (error) {
    if (training.trainer === undefined || !(error instanceof EvalhError)) throw error;
    warnings.push(`there are no loss curves yet: ${error.message}`);
    return null;
  }
}

/** How a run is started or continued. */
export interface StartOptions {
  readonly evalh: string;
  readonly notify?: (message: string) => void;
  /** Calls at a time; null where they are found out. Not said of a run that shares its machine with a training. */
  readonly concurrency?: number | null;
}

/** Makes the folder of a new run. Datasets are read here, so that every mistake in them shows before the first request. */
export async function prepareRun(
  suite: Suite,
  resolved: Resolved,
  where: { readonly root: string } & StartOptions,
): Promise<PreparedRun> {
  const id = runId(suite.name, new Date());
  const folder = join(where.root, id);
  await createRunFolder(folder);
  try {
    const manifest = await writeStart(suite, resolved, { ...where, id, folder });
    return {
      folder,
      manifest,
      units: unitsOf(suite, resolved, manifest.units),
      checkpoints: resolved.checkpoints,
      warnings: resolved.warnings,
    };
  } catch (error) {
    // Nothing was asked yet: a folder without a manifest would be no run.
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function writeStart(
  suite: Suite,
  resolved: Resolved,
  { id, folder, evalh, notify, concurrency }: { readonly id: string; readonly folder: string } & StartOptions,
): Promise<RunManifest> {
  await using world = perturbWorld(suite, { folder, ask: resolved.ask, notify });
  const described = await describeUnits(suite, resolved, (task, split) =>
    writeItems(folder, task, { split, world, evalh }),
  );
  const infos = await withRevisions(suite, described);
  if (resolved.log !== null) await writeTraining(folder, resolved.log.points);
  const learned = suite.training?.data;
  const fields = suite.tasks.flatMap(({ slices }) => slices);
  if (learned !== undefined) await writeTrainingText(folder, learned, fields);
  const manifest: RunManifest = {
    format: "evalh-run/1",
    id,
    state: "running",
    suite: { name: suite.name, version: suite.version, digest: suite.digest, file: suite.file, text: suite.text },
    planDigest: digestOf(suite, resolved, infos),
    seed: suite.seed,
    alpha: suite.alpha,
    shipMetric: suite.ship?.metric ?? null,
    gates: suite.gates,
    checkpoints: resolved.checkpoints.map(({ checkpoint }) => checkpoint),
    units: infos,
    backends: {},
    failures: {},
    trainingFormat: resolved.log?.format ?? null,
    trainingWarnings: resolved.log?.warnings ?? [],
    attempts: [newAttempt(evalh, concurrency)],
  };
  await writeManifest(folder, manifest);
  return manifest;
}

/**
 * Continues a run in its folder.
 * @throws EvalhError E_NOT_COMPARABLE if suite, data or checkpoints have changed since: answers would mix
 */
export async function resumeRun(
  suite: Suite,
  resolved: Resolved,
  where: { readonly folder: string } & StartOptions,
): Promise<PreparedRun> {
  const stored = await readManifest(where.folder);
  await checkRevisions(suite);
  const { folder, evalh, notify } = where;
  await using world = perturbWorld(suite, { folder, ask: resolved.ask, notify });
  const infos = await describeUnits(
    suite,
    resolved,
    async (task, split) =>
      (await knownItems(folder, task, { split, world, evalh })) ?? digestItems(task, { split, world }),
  );
  if (digestOf(suite, resolved, infos) !== stored.planDigest) throw changed(stored, infos, resolved);
  const manifest: RunManifest = {
    ...stored,
    gates: suite.gates,
    state: "running",
    failures: {},
    attempts: [...stored.attempts, newAttempt(where.evalh, where.concurrency)],
  };
  await writeManifest(where.folder, manifest);
  return {
    folder: where.folder,
    manifest,
    units: unitsOf(suite, resolved, infos),
    checkpoints: resolved.checkpoints,
    warnings: resolved.warnings,
  };
}

/** The units of a suite with the digest of what each will ask, which `digest` makes (and may write). */
export async function describeUnits(
  suite: Suite,
  resolved: Pick<Resolved, "judges">,
  digest: (task: Task, split: UnitInfo["split"]) => Promise<ItemsDigest>,
): Promise<UnitInfo[]> {
  const infos: UnitInfo[] = [];
  for (const task of askedTasks(suite)) {
    for (const split of splitsOf(task)) {
      const items = await digest(task, split);
      infos.push({
        task: task.name,
        split,
        kind: task.kind,
        n: items.n,
        repeats: task.repeats,
        digest: items.digest,
        repeated: items.repeated,
        slices: task.slices,
        choices: task.choices,
        generate: task.generate,
        scoring: task.scoring,
        judges: describeJudges(task, resolved.judges.get(task.name) ?? []),
        ...(task.perturbation === undefined
          ? {}
          : { perturbation: perturbationInfo(task.perturbation, items.changed) }),
      });
    }
  }
  return infos;
}

function perturbationInfo(
  { of, name, module, options }: NonNullable<Task["perturbation"]>,
  changed: number,
): NonNullable<UnitInfo["perturbation"]> {
  return { of, name, module, options, changed };
}

function digestOf(suite: Suite, resolved: Resolved, infos: readonly UnitInfo[]): string {
  return planDigest(
    suite,
    infos,
    resolved.checkpoints.map(({ checkpoint }) => checkpoint),
  );
}

function unitsOf(suite: Suite, resolved: Resolved, infos: readonly UnitInfo[]): Unit[] {
  const tasks = askedTasks(suite);
  return infos.flatMap((info) => {
    const task = tasks.find(({ name }) => name === info.task);
    return task === undefined ? [] : [{ task, info, judges: resolved.judges.get(task.name) ?? [] }];
  });
}

function changed(stored: RunManifest, infos: readonly UnitInfo[], resolved: Resolved): EvalhError {
  const reasons = [
    ...infos
      .filter(
        (info) =>
          !stored.units.some(
            (unit) => unit.task === info.task && unit.split === info.split && unit.digest === info.digest,
          ),
      )
      .map((info) => `the samples of task "${info.task}"`),
    ...resolved.checkpoints
      .filter(
        ({ checkpoint }) =>
          !stored.checkpoints.some(({ id, digest }) => id === checkpoint.id && digest === checkpoint.digest),
      )
      .map(({ checkpoint }) => `checkpoint ${checkpoint.id}`),
  ];
  const what =
    reasons.length === 0 ? "the tasks' settings or the set of checkpoints" : [...new Set(reasons)].join(", ");
  return new EvalhError("E_NOT_COMPARABLE", `run ${stored.id} cannot be continued: ${what} changed since it began`, {
    hint: "start a new run (without --resume), or restore what changed",
  });
}

/** Sortable by time, and the last part is easy to type. */
function runId(suite: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${suite.replaceAll(/[^\w.-]/g, "_")}-${stamp}-${randomBytes(2).toString("hex")}`;
}

function newAttempt(evalh: string, concurrency: number | null | undefined): Attempt {
  return {
    startedAt: new Date().toISOString(),
    evalh,
    node: process.versions.node,
    host: hostname(),
    pid: process.pid,
    machine: describeMachine(),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

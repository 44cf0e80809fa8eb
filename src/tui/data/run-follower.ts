import { stat } from "node:fs/promises";

import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { orderCheckpoints, readTraining } from "../../compare/run-data.ts";
import { unitKey } from "../../compare/shard-scan.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { Judge } from "../../core/judge.ts";
import type { TrainingPoint } from "../../core/series.ts";
import type { Diagnosis } from "../../core/verdict.ts";
import { createJudgesOf } from "../../run/plan.ts";
import { isLocked } from "../../run/store/lock.ts";
import type { RunManifest, RunState, SampleRecord } from "../../run/store/records.ts";
import { readManifest, runFiles } from "../../run/store/run-folder.ts";
import { diagnose } from "../../stats/generalisation.ts";
import type { CheckpointState, MetricFacts, Note, Snapshot } from "../model/snapshot.ts";
import { checkpointFollower, type CheckpointFollower } from "./checkpoint-follower.ts";
import { noteList } from "./event-notes.ts";
import { testMetrics, type ScoredUnits } from "./live-scores.ts";
import { paceMeter } from "./pace-meter.ts";
import { sideFiles } from "./side-files.ts";

/** Checkpoints that are not their turn yet are looked at once in so many polls. */
const REST_EVERY = 10;

/** What the folder of a run tells of it, read again and again while the run goes on, in this process or in another. */
export interface RunFollower {
  readonly manifest: RunManifest;
  /** As the manifest says, but "interrupted" for a run whose process died without a word. */
  readonly state: RunState;
  /** Reads what came since the last call; `changed` if anything did, `more` if there is more to read at once. */
  poll(): Promise<{ readonly changed: boolean; readonly more: boolean }>;
  /** A remark of this process, shown among the run's events. */
  readonly note: (note: Note) => void;
  /** How many answers there are, by checkpoint: told from outside for a run that has ended, whose answers are not read. */
  tell(counts: ReadonlyMap<string, AnswerCounts>): void;
  facts(): RunFacts;
}

export interface AnswerCounts {
  readonly done: number;
  readonly failed: number;
}

export type RunFacts = Omit<Snapshot, "comparison" | "busy">;

/** @throws EvalhError E_RUN_FOLDER if the folder is not a run */
export async function followRun(folder: string): Promise<RunFollower> {
  let manifest = await readManifest(folder);
  const judges = new Map<string, readonly Judge[]>();
  for (const unit of manifest.units) judges.set(unitKey(unit), await createJudgesOf(unit));
  const units = { manifest, judges };
  let followers = followersOf({ folder, units }, manifest, []);
  let frame = await readFrame(folder, units);
  const notes = noteList(manifest.checkpoints);
  const side = sideFiles(folder, notes);
  let label = checkpointLabels(manifest.checkpoints);
  const pace = paceMeter();
  let stamp = await stampOf(folder);
  let isAlive = await isLocked(folder);
  let polls = 0;
  // Who compares a run that has ended reads its answers anyway: once is enough.
  const stateNow = (): RunState => (manifest.state === "running" && !isAlive ? "interrupted" : manifest.state);
  let isFollowing = stateNow() === "running";
  let told: ReadonlyMap<string, AnswerCounts> = new Map();
  return {
    get manifest() {
      return manifest;
    },
    get state() {
      return stateNow();
    },
    note: notes.add,
    async poll() {
      const hasMore = await side.poll();
      const looked = isFollowing ? followers : [];
      const records = await pollShards(looked, { all: polls++ % REST_EVERY === 0 });
      for (const note of failureNotes(records, label)) notes.add(note);
      const fresh = await stampOf(folder);
      const before = stateNow();
      const hasManifest = fresh !== stamp;
      if (hasManifest) {
        manifest = await readManifest(folder);
        followers = followersOf({ folder, units }, manifest, followers);
        label = checkpointLabels(manifest.checkpoints);
        frame = await readFrame(folder, units);
      }
      stamp = fresh;
      if (hasManifest || polls % REST_EVERY === 0) isAlive = await isLocked(folder);
      isFollowing ||= stateNow() === "running";
      const came = [...records.values()].flat();
      const more = followers.some(({ isBehind }) => isBehind);
      // What was there before somebody looked says nothing about speed.
      if (came.length > 0 && polls > 1 && !more) pace.add(paceOf(came));
      return { changed: hasMore || came.length > 0 || hasManifest || stateNow() !== before, more };
    },
    tell(counts) {
      told = counts;
    },
    facts() {
      const moment = { manifest: { ...manifest, state: stateNow() }, followers, told: isFollowing ? null : told, pace };
      return factsOf(frame, { ...moment, ...side.facts(), notes: notes.notes() });
    },
  };
}

/** One a checkpoint, those that are followed already as they are: the run of a training gains checkpoints. */
function followersOf(
  place: Parameters<typeof checkpointFollower>[0],
  { checkpoints }: RunManifest,
  before: readonly CheckpointFollower[],
): readonly CheckpointFollower[] {
  const known = new Map(before.map((follower) => [identity(follower.checkpoint), follower]));
  return orderCheckpoints(checkpoints).map((each) => known.get(identity(each)) ?? checkpointFollower(place, each));
}

/** A training that goes on from before may write a checkpoint anew. */
function identity({ id, digest }: Checkpoint): string {
  return `${id} ${digest}`;
}

/** What changes with the manifest only. */
interface Frame {
  readonly folder: string;
  readonly rows: readonly MetricFacts[];
  readonly training: readonly TrainingPoint[];
  readonly diagnosis: Diagnosis | null;
}

async function readFrame(folder: string, units: ScoredUnits): Promise<Frame> {
  const training = await readTraining(folder);
  const rows = testMetrics(units).map(({ key, unit: { task }, metric: { higherIsBetter, range, unit } }) => ({
    key,
    task,
    higherIsBetter,
    range,
    unit,
  }));
  return { folder, rows, training, diagnosis: training.length === 0 ? null : diagnose(training) };
}

/** Tells one version of run.json from the next. */
async function stampOf(folder: string): Promise<number> {
  return (await stat(runFiles.manifest(folder)).catch(() => null))?.mtimeMs ?? 0;
}

/** The checkpoints under way always, the others now and then. */
async function pollShards(
  followers: readonly CheckpointFollower[],
  { all }: { readonly all: boolean },
): Promise<Map<CheckpointFollower, readonly SampleRecord[]>> {
  const open = followers.filter(({ isFinished }) => !isFinished);
  const begun = open.filter(({ done, failed }) => done + failed > 0);
  const next = open.find(({ done, failed }) => done + failed === 0);
  const looked = all ? followers : [...begun, ...(next === undefined ? [] : [next])];
  const records = new Map<CheckpointFollower, readonly SampleRecord[]>();
  for (const follower of looked) records.set(follower, await follower.poll());
  return records;
}

function failureNotes(
  records: ReadonlyMap<CheckpointFollower, readonly SampleRecord[]>,
  label: (id: string) => string,
): Note[] {
  return [...records].flatMap(([{ checkpoint }, list]) =>
    list.flatMap(({ task, id, error }): Note[] =>
      error === undefined
        ? []
        : [{ kind: "error", at: "", text: `${label(checkpoint.id)} ${task}/${id}: ${error.message}` }],
    ),
  );
}

function paceOf(records: readonly SampleRecord[]): { samples: number; tokens: number; ms: number[] } {
  return {
    samples: records.length,
    tokens: records.reduce((sum, { tokens }) => sum + (tokens?.[1] ?? 0), 0),
    ms: records.flatMap(({ ms }) => (ms === undefined ? [] : [ms])),
  };
}

interface Moment {
  readonly manifest: RunManifest;
  readonly followers: readonly CheckpointFollower[];
  /** Null for a run that is followed. */
  readonly told: ReadonlyMap<string, AnswerCounts> | null;
  readonly notes: readonly Note[];
  readonly gpus: Snapshot["gpus"];
  readonly people: Snapshot["people"];
  readonly pace: ReturnType<typeof paceMeter>;
}

function factsOf(frame: Frame, { manifest, followers, told, notes, gpus, people, pace }: Moment): RunFacts {
  const estimates = followers.map((follower) => follower.estimates());
  const missing = followers.reduce((sum, { total, done, failed }) => sum + total - done - failed, 0);
  return {
    ...frame,
    suite: manifest.suite.name,
    runId: manifest.id,
    state: manifest.state,
    checkpoints: followers.map((follower): CheckpointState => {
      const { checkpoint, total } = follower;
      const counts = countsOf(follower, manifest, told);
      return { checkpoint, total, ...counts, state: stateOf({ checkpoint, total, ...counts }, manifest) };
    }),
    scores: Object.fromEntries(frame.rows.map(({ key }) => [key, estimates.map((each) => each.get(key) ?? null)])),
    pace: pace.pace(missing),
    gpus,
    people,
    notes,
  };
}

/** Before anybody has told, a complete run has all its answers. */
function countsOf(
  { checkpoint, total, done, failed }: CheckpointFollower,
  { state }: RunManifest,
  told: Moment["told"],
): AnswerCounts {
  if (told === null) return { done, failed };
  return told.get(checkpoint.id) ?? { done: state === "complete" ? total : 0, failed: 0 };
}

function stateOf(
  { checkpoint, total, done, failed }: Omit<CheckpointState, "state">,
  { state, failures }: RunManifest,
): CheckpointState["state"] {
  if (done + failed >= total) return "done";
  if (failures[checkpoint.id] !== undefined) return "failed";
  return state === "running" && done + failed > 0 ? "running" : "waiting";
}

import { createHash, randomBytes } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";

import type { Checkpoint } from "../../core/checkpoint.ts";
import { isSystemError } from "../../core/errors.ts";
import type { Judge } from "../../core/judge.ts";
import type { JsonObject } from "../../core/json.ts";
import type { TrainingLog } from "../../core/series.ts";
import { judgeCompletion } from "../judging.ts";
import { createJudgesOf } from "../plan.ts";
import { encodeLine } from "../store/checked-line.ts";
import { storeError } from "../store/line-file.ts";
import type { ItemRecord, JudgeInfo, RunManifest, SampleRecord, UnitInfo } from "../store/records.ts";
import { restoredCompletion } from "../store/stored-completion.ts";
import { writeTraining } from "../store/training-file.ts";
import { createRunFolder, runFiles, writeManifest } from "../store/run-folder.ts";
import { checkpointsOf } from "./checkpoints.ts";
import type { Imported, ImportedSample } from "./imported.ts";
import { joinTasks, mergeTasks, type MergedTask } from "./merge-tasks.ts";
import { trainingLogOf, writeSpeeds } from "./training-of.ts";

export interface ImportRequest {
  readonly results: readonly Imported[];
  /** Name of the suite that the run is said to be of: runs of one name can be compared over time. */
  readonly suite: string;
  /** Columns by whose values every score is also reported. */
  readonly slices: readonly string[];
  /** Where runs are kept. */
  readonly root: string;
  readonly evalh: string;
}

/**
 * Makes a run folder of other programs' results, as if `evalh run` had made it: compared, gated and reported like any.
 * Scores stay what that program said; `evalh score --suite` judges the stored answers again.
 * @throws EvalhError E_NOT_COMPARABLE if models were asked different samples
 */
export async function importRun(asked: ImportRequest): Promise<{ folder: string; manifest: RunManifest }> {
  const results = joinTasks(asked.results);
  const request = { ...asked, results };
  const { suite, root } = request;
  const tasks = mergeTasks(results);
  const started = results.map(({ startedAt }) => startedAt).toSorted()[0] ?? "";
  const stamp = started.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  const id = `${suite.replaceAll(/[^\w.-]/g, "_")}-${stamp}-${randomBytes(2).toString("hex")}`;
  const folder = join(root, id);
  await createRunFolder(folder);
  try {
    const units: UnitInfo[] = [];
    for (const task of tasks) units.push(await writeUnit(folder, task, request));
    const checkpoints = checkpointsOf(results);
    for (const [index, checkpoint] of checkpoints.entries()) {
      await writeShard(folder, checkpoint, { tasks, result: results[index] as Imported, units });
    }
    await writeSpeeds(folder, results, checkpoints);
    const log = await trainingLogOf(results);
    if (log !== null) await writeTraining(folder, log.points);
    const manifest = manifestOf({ id, started, units, checkpoints, request, log });
    await writeManifest(folder, manifest);
    return { folder, manifest };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw isSystemError(error) ? storeError("write", folder, error) : error;
  }
}

async function writeUnit(folder: string, task: MergedTask, { slices }: ImportRequest): Promise<UnitInfo> {
  const hash = createHash("sha256");
  await writeLines(
    runFiles.items(folder, task.name, "test"),
    task.samples.map(({ id, prompt, references, columns }, i): ItemRecord => ({ i, id, prompt, references, columns })),
    (line) => hash.update(line),
  );
  return {
    task: task.name,
    split: "test",
    kind: task.kind,
    n: task.samples.length,
    repeats: task.repeats,
    digest: hash.digest("hex"),
    slices,
    choices: null,
    judges: await judgesOf(task),
  };
}

async function judgesOf({ shapes, judges: own, source, repeats }: MergedTask): Promise<JudgeInfo[]> {
  const recorded = shapes.map(({ name, options }) => ({ name, module: "recorded", options: { ...options, source } }));
  const infos = [...own, ...recorded];
  const judges = await createJudgesOf({ judges: infos, choices: null, repeats });
  return infos.map((info, index) => ({
    ...info,
    version: judges[index]?.version ?? "",
    signature: judges[index]?.signature ?? "",
  }));
}

async function writeShard(
  folder: string,
  checkpoint: Checkpoint,
  {
    tasks,
    result,
    units,
  }: { readonly tasks: readonly MergedTask[]; readonly result: Imported; readonly units: readonly UnitInfo[] },
): Promise<void> {
  const records: SampleRecord[] = [];
  for (const task of tasks) {
    const place = new Map(task.samples.map(({ id }, i) => [id, i]));
    const unit = units.find((each) => each.task === task.name);
    const names = new Set(unit?.judges.map(({ name }) => name));
    const judges = await createJudgesOf({ judges: task.judges, choices: null, repeats: task.repeats });
    for (const sample of result.tasks.find(({ name }) => name === task.name)?.samples ?? []) {
      for (const [repeat, { scores, ...answer }] of sample.answers.entries()) {
        const kept = Object.entries(scores).filter(([name]) => names.has(name));
        const record: SampleRecord = {
          task: task.name,
          split: "test",
          i: place.get(sample.id) ?? 0,
          id: sample.id,
          repeat,
          ...answer,
          scores: Object.fromEntries(kept),
        };
        records.push(judges.length === 0 ? record : await judged(record, { sample, judges, checkpoint }));
      }
    }
  }
  await writeLines(runFiles.samples(folder, checkpoint.id), records);
}

/** Answers of programs that leave none of their scores. */
async function judged(
  record: SampleRecord,
  {
    sample,
    judges,
    checkpoint,
  }: { readonly sample: ImportedSample; readonly judges: readonly Judge[]; readonly checkpoint: Checkpoint },
): Promise<SampleRecord> {
  const { id, prompt, references, columns } = sample;
  const { task, split, repeat } = record;
  const found = await judgeCompletion(judges, {
    completion: restoredCompletion(record),
    sample: { id, input: prompt, references, metadata: columns },
    origin: { checkpoint: checkpoint.id, task, split, repeat },
  });
  return { ...record, ...found, scores: { ...record.scores, ...found.scores } };
}

async function writeLines(
  path: string,
  records: readonly object[],
  seen: (line: string) => void = () => undefined,
): Promise<void> {
  await using file = await open(path, "w");
  let block = "";
  for (const record of records) {
    const line = encodeLine(record);
    seen(line);
    block += line;
    if (block.length < 1 << 16) continue;
    await file.writeFile(block);
    block = "";
  }
  await file.writeFile(block);
  await file.sync();
}

interface ManifestParts {
  readonly id: string;
  readonly started: string;
  readonly units: readonly UnitInfo[];
  readonly checkpoints: readonly Checkpoint[];
  readonly request: ImportRequest;
  readonly log: TrainingLog | null;
}

function manifestOf({ id, started, units, checkpoints, request, log }: ManifestParts): RunManifest {
  const { results, suite, evalh } = request;
  const sources = Object.fromEntries(
    checkpoints.map((checkpoint, index) => [
      checkpoint.id,
      `${results[index]?.program ?? ""} ${results[index]?.programVersion ?? ""}`.trim(),
    ]),
  );
  const content: JsonObject = { suite, units: units.map(({ task, digest }) => ({ task, digest })) };
  const digest = createHash("sha256").update(JSON.stringify(content)).digest("hex");
  const file = results[0]?.file ?? "";
  const isWhole = results.every(({ tasks, isPart = false }) =>
    units.every((unit) => {
      const samples = tasks.find(({ name }) => name === unit.task)?.samples;
      if (samples === undefined) return isPart;
      return samples.length === unit.n && samples.every(({ answers }) => answers.length === unit.repeats);
    }),
  );
  const state = isWhole ? "complete" : "incomplete";
  return {
    format: "evalh-run/1",
    id,
    state,
    suite: { name: suite, version: 1, digest, file, text: `# imported from ${basename(file)}\n` },
    planDigest: digest,
    seed: 42,
    alpha: 0.05,
    shipMetric: null,
    checkpoints,
    units,
    backends: sources,
    failures: {},
    trainingFormat: log?.format ?? null,
    trainingWarnings: log?.warnings ?? [],
    attempts: [{ startedAt: started, evalh, node: process.versions.node, host: hostname(), pid: process.pid, state }],
  };
}

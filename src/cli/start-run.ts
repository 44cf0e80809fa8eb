import { join, relative } from "node:path";

import { escapeText } from "../../reports/escape-text.ts";
import type { JudgeContext } from "../core/judge.ts";
import type { Baseline } from "../compare/baseline/baseline.ts";
import type { Comparison } from "../compare/comparison.ts";
import { readRun } from "../compare/run-data.ts";
import { buildComparison } from "../compare/compare.ts";
import { sampleSource } from "../compare/sample-source.ts";
import type { CacheOptions } from "../run/cache/unit-answers.ts";
import { execute, type ExecuteResult } from "../run/execute.ts";
import { openGpuLog } from "../run/gpu-log.ts";
import { judgeModels, type JudgeModels } from "../run/judge-models.ts";
import { prepareRun, resolveSuite, resumeRun, type PreparedRun, type Resolved } from "../run/prepare.ts";
import { lockRun } from "../run/store/lock.ts";
import type { RunManifest } from "../run/store/records.ts";
import { writeManifest } from "../run/store/run-folder.ts";
import { cacheLine } from "./cache-option.ts";
import { checkDrawing, openDrawing } from "./draw.ts";
import { eventSink } from "./event-sink.ts";
import { gateExit } from "./gate-exit.ts";
import { withGateFlags } from "./gate-flags.ts";
import { checkGating, runBaselineOf, type GatingRequest } from "./run-gating.ts";
import { selectCheckpoints } from "./select-checkpoints.ts";
import { onInterrupt } from "./interrupt.ts";
import type { CliIo } from "./io.ts";
import { answersOf } from "./progress-scores.ts";
import { openRunView, type RunView } from "./run-view.ts";
import { printComparison, writeHtml } from "./show-comparison.ts";
import { version } from "./version.ts";

export interface RunRequest extends GatingRequest {
  /** Names of the checkpoints to evaluate; null for all. */
  readonly checkpoints: readonly string[] | null;
  /** Folder of the run to continue. */
  readonly resume: string | null;
  /** Where new runs go. */
  readonly root: string;
  readonly concurrency: number | null;
  /** Seconds to wait for servers that are not there yet; null for the backends' own patience. */
  readonly readyTimeout: number | null;
  /** Null asks everything. */
  readonly cache: Omit<CacheOptions, "evalh"> | null;
  readonly base: string | null;
  /** Gates besides the suite's. */
  readonly gateFlags: readonly string[];
  /** Whether samples are drawn until the gates are decided. */
  readonly untilDecided: boolean;
  readonly output: "text" | "json" | "jsonl";
  readonly quiet: boolean;
  /** Shows the run on the whole terminal. */
  readonly ui: boolean;
  readonly report: boolean;
  /** Whether the suite may start programs. */
  readonly allowCode: boolean;
  /** The command line that continues the run in a folder. */
  readonly resumeCommand: (folder: string) => string;
}

/** Evaluates, stores, compares and reports; returns the exit code. */
export async function startRun(asked: RunRequest, io: CliIo): Promise<number> {
  await using models = judgeModels({
    suite: () => asked.suite,
    world: { secret: (name) => io.env[name], allowCommands: asked.allowCode },
  });
  const resolved = await resolveFor(asked, models.context);
  const request = {
    ...asked,
    suite: await withGateFlags(asked.suite, resolved, { flags: asked.gateFlags, resume: asked.resume }),
  };
  const baseline = await runBaselineOf(request);
  if (request.untilDecided) checkDrawing({ checkpoints: resolved.checkpoints, gates: request.suite.gates, baseline });
  const notify = (message: string): void => {
    if (!request.quiet) io.stderr.write(`${message}\n`);
  };
  const start = { evalh: version(), notify, concurrency: request.concurrency };
  const prepared =
    request.resume === null ? await prepareRun(request.suite, resolved, { root: request.root, ...start }) : null;
  const folder = prepared?.folder ?? request.resume ?? "";
  await using _lock = await lockRun(folder);
  const run = prepared ?? (await resumeRun(request.suite, resolved, { folder, ...start }));
  await checkGating(folder, { suite: request.suite, baseline, isNew: prepared !== null });
  await using view = await openRunView(run, io, request);
  const { result, exitCode } = await executeShown({ ...run, models, baseline }, request, view);
  if (exitCode !== null) {
    await view[Symbol.asyncDispose]();
    io.stderr.write(`resume: ${request.resumeCommand(folder)}\n`);
    return exitCode;
  }
  const comparison = await showResults(folder, { request, baseline, compared: await view.compared() }, view.io);
  await view.left();
  const saved = cacheLine(result.cache);
  if (saved !== null && !request.quiet) io.stderr.write(`${saved}\n`);
  const isIncomplete = result.state !== "complete" || result.failedSamples > 0;
  if (isIncomplete) {
    io.stderr.write(`${incompleteness(result)}\nresume: ${request.resumeCommand(folder)}\n`);
  }
  return gateExit(comparison, { incomplete: isIncomplete, strict: request.strict });
}

/** The suite's checkpoints on this machine, those that were asked for. */
export async function resolveFor(request: RunRequest, context: JudgeContext = {}): Promise<Resolved> {
  const resolved = await resolveSuite(request.suite, context);
  return { ...resolved, checkpoints: selectCheckpoints(resolved.checkpoints, request.checkpoints) };
}

async function executeShown(
  run: PreparedRun & { readonly models: JudgeModels; readonly baseline: Baseline | null },
  request: RunRequest,
  view: RunView,
): Promise<{ result: ExecuteResult; exitCode: number | null }> {
  const started = performance.now();
  const { io } = view;
  await using gpus = await openGpuLog({
    folder: run.folder,
    attempt: run.manifest.attempts.length - 1,
    onProblem: (message) => view.show({ type: "warning", message }),
  });
  const events = eventSink(run.folder, [
    (event) => view.show(event),
    (event) => gpus?.show(event),
    (event) => request.output === "jsonl" && io.stdout.write(`${JSON.stringify(event)}\n`),
  ]);
  const backends: Record<string, string> = { ...run.manifest.backends };
  using interrupt = onInterrupt(io);
  const ids = run.checkpoints.map(({ checkpoint }) => checkpoint.id);
  run.models.attach({ folder: run.folder, checkpoints: ids, abort: interrupt.abort });
  for (const message of run.warnings) events.emit({ type: "warning", message });
  events.emit({ type: "run-started", runId: run.manifest.id, folder: run.folder, total: totalOf(run) });
  try {
    const isDrawing = request.untilDecided || run.manifest.drawing !== undefined;
    const drawn = isDrawing ? await openDrawing(run, { baseline: run.baseline, emit: events.emit }) : null;
    const result = await execute({
      draw: drawn?.draw ?? null,
      folder: run.folder,
      units: run.units,
      checkpoints: run.checkpoints,
      concurrency: request.concurrency,
      readyTimeout: request.readyTimeout,
      cache: request.cache === null ? null : { ...request.cache, evalh: version() },
      stop: interrupt.stop,
      abort: interrupt.abort,
      emit: events.emit,
      secret: (name) => io.env[name],
      allowCommands: request.allowCode,
      onBackend: (checkpoint, name) => (backends[checkpoint] = name),
    });
    events.emit({ type: "run-ended", state: result.state, failed: result.failedSamples, cache: result.cache });
    const seconds = Math.round(performance.now() - started) / 1000;
    await writeManifest(
      run.folder,
      ended(drawn === null ? run.manifest : { ...run.manifest, drawing: drawn.state() }, { result, seconds, backends }),
    );
    return { result, exitCode: interrupt.exitCode() };
  } finally {
    await view.ended();
    await events.close();
  }
}

function ended(
  manifest: RunManifest,
  { result, seconds, backends }: { result: ExecuteResult; seconds: number; backends: Record<string, string> },
): RunManifest {
  const state = result.state === "complete" && result.failedSamples > 0 ? "incomplete" : result.state;
  const last = manifest.attempts.length - 1;
  const attempts = manifest.attempts.map((attempt, index) =>
    index === last ? { ...attempt, seconds, state } : attempt,
  );
  return { ...manifest, state, backends, failures: result.failures, attempts };
}

/** Samples to answer, over all checkpoints, repeats and splits. */
function totalOf({ manifest, checkpoints }: PreparedRun): number {
  return checkpoints.reduce((sum, { checkpoint }) => sum + answersOf(manifest, checkpoint), 0);
}

interface Results {
  readonly request: RunRequest;
  readonly baseline: Baseline | null;
  /** Null where it is still to be made. */
  readonly compared: Comparison | null;
}

async function showResults(folder: string, { request, baseline, compared }: Results, io: CliIo): Promise<Comparison> {
  const data = await readRun(folder);
  const base = request.base === null ? {} : { base: request.base };
  const comparison = compared ?? (await buildComparison(data, { baseline, ...base }));
  const source = sampleSource(data);
  await printComparison(comparison, source, {
    io,
    format: request.output === "text" ? "console" : "json",
    quiet: request.output === "jsonl",
    folder,
  });
  // The suite asks for people, and nobody has drawn their answers yet.
  if (request.output === "text" && request.suite.human !== null && comparison.people.length === 0)
    io.stdout.write("\npeople: `evalh human export` draws the answers for them to judge\n");
  if (!request.report) return comparison;
  const path = join(folder, "report.html");
  await writeHtml(comparison, source, path);
  if (request.output === "text") io.stdout.write(`\nreport: ${relative(process.cwd(), path)}\n`);
  return comparison;
}

function incompleteness(result: ExecuteResult): string {
  const failed = Object.entries(result.failures).map(([id, { message, hint }]) =>
    // Servers' and programs' own words are in it.
    escapeText(`error: ${id} was not evaluated: ${message}${hint === undefined ? "" : `\n hint: ${hint}`}`, {
      multiline: true,
    }),
  );
  if (result.failedSamples > 0) {
    failed.push(`error: ${result.failedSamples} samples ended in an error; they lower n, not the scores`);
    if (result.firstError !== null) failed.push(` the first: ${escapeText(result.firstError)}`);
  }
  return failed.join("\n");
}

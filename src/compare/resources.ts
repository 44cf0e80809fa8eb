import { gpuEnergy, gpuUsage, gpuWarnings, type GpuUsage } from "../../gpu/usage.ts";
import type { GpuFacts, GpuSample } from "../../gpu/monitor.ts";
import { readGpuLog, type GpuRecord } from "../run/gpu-log.ts";
import { gpuTrace, type GpuTimeline, type GpuTrace } from "./gpu-timeline.ts";
import { chosenRow } from "./leading-metric.ts";
import type { RunData } from "./run-data.ts";
import { scanShard } from "./shard-scan.ts";

/** What evaluating one checkpoint took. Null where it was not measured. */
export interface CheckpointResources {
  readonly checkpoint: string;
  /** Seconds from its start to the next one's. */
  readonly seconds: number;
  /** Of all GPUs together. Nothing is made up for gaps in the samples: see `gapSeconds`. */
  readonly joules: number;
  readonly gapSeconds: number;
  /** MiB on one GPU, a lower bound. */
  readonly peakMemory: number | null;
  /** Generated tokens. */
  readonly tokens: number;
  readonly joulesPerToken: number | null;
  /** Over the answers that the metric to ship by counts as right. */
  readonly joulesPerCorrect: number | null;
}

/** What the GPUs did while the run's checkpoints were evaluated. */
export interface ResourceUse {
  readonly gpus: readonly GpuUsage[];
  readonly checkpoints: readonly CheckpointResources[];
  /** Of the longest attempt. */
  readonly timeline: GpuTimeline;
  /** In words: what the monitor lost, idle and throttled GPUs. */
  readonly warnings: readonly string[];
}

/** Null for a run without GPU samples. */
export async function resourceUse(data: RunData): Promise<ResourceUse | null> {
  const records = await readGpuLog(data.folder);
  const attempts = Map.groupBy(records, ({ attempt }) => attempt);
  // Each attempt has its own clock: GPUs are looked at attempt by attempt, and the longest tells of the GPUs.
  const timelines = [...attempts.values()].map(timelineOf).filter(({ samples }) => samples.size > 0);
  if (timelines.length === 0) return null;
  const longest = timelines.reduce((best, each) => (each.end > best.end ? each : best));
  const gpus: GpuUsage[] = [];
  const traces: GpuTrace[] = [];
  const warnings = records.flatMap((record) => (record.kind === "problem" ? [record.message] : []));
  for (const [gpu, samples] of longest.samples) {
    const facts = longest.facts.get(gpu) ?? unknown(gpu);
    const usage = gpuUsage(samples, facts, { from: 0, to: longest.end });
    gpus.push(usage);
    traces.push(gpuTrace(samples, facts, longest.end));
    warnings.push(...gpuWarnings(usage, samples));
  }
  return {
    gpus,
    checkpoints: await checkpointUse(data, timelines),
    timeline: { end: longest.end, spans: longest.spans, gpus: traces },
    warnings: [...new Set(warnings)],
  };
}

interface Timeline {
  readonly facts: ReadonlyMap<number, GpuFacts>;
  /** GPU → its samples. */
  readonly samples: ReadonlyMap<number, readonly GpuSample[]>;
  readonly spans: readonly { readonly checkpoint: string; readonly from: number; readonly to: number }[];
  readonly end: number;
}

function timelineOf(records: readonly GpuRecord[]): Timeline {
  const facts = new Map(records.flatMap((record) => (record.kind === "gpu" ? [[record.gpu, record] as const] : [])));
  const all = records.filter((record) => record.kind === "sample");
  const marks = records.filter((record) => record.kind === "checkpoint");
  const end = [...all, ...marks].reduce((latest, { t }) => Math.max(latest, t), 0);
  const spans = marks.flatMap(({ checkpoint, t }, index) =>
    checkpoint === null ? [] : [{ checkpoint, from: t, to: marks[index + 1]?.t ?? end }],
  );
  return { facts, samples: Map.groupBy(all, ({ gpu }) => gpu), spans, end };
}

function unknown(gpu: number): GpuFacts {
  return { gpu, uuid: null, name: null, driver: null, memoryTotal: null, powerLimit: null };
}

async function checkpointUse(data: RunData, timelines: readonly Timeline[]): Promise<CheckpointResources[]> {
  const found: CheckpointResources[] = [];
  for (const [index, { id }] of data.checkpoints.entries()) {
    const used = timelines.flatMap((timeline) =>
      timeline.spans.filter(({ checkpoint }) => checkpoint === id).map((span) => spanUse(timeline, span)),
    );
    if (used.length === 0) continue;
    const joules = sum(used.map((each) => each.joules));
    const gapSeconds = sum(used.map((each) => each.gapSeconds));
    const tokens = await generatedTokens(data, id);
    const correct = correctAnswers(data, index);
    // With a gap the sum is too low, and so would be what is divided by.
    const isWhole = joules > 0 && gapSeconds === 0;
    found.push({
      checkpoint: id,
      seconds: sum(used.map((each) => each.seconds)),
      joules,
      gapSeconds,
      peakMemory: used.reduce<number | null>(
        (most, { peak }) => (peak === null ? most : Math.max(most ?? 0, peak)),
        null,
      ),
      tokens,
      joulesPerToken: isWhole && tokens > 0 ? joules / tokens : null,
      joulesPerCorrect: isWhole && correct > 0 ? joules / correct : null,
    });
  }
  return found;
}

interface SpanUse {
  readonly seconds: number;
  readonly joules: number;
  readonly gapSeconds: number;
  readonly peak: number | null;
}

function spanUse(timeline: Timeline, span: { readonly from: number; readonly to: number }): SpanUse {
  let joules = 0;
  let gapSeconds = 0;
  let peak: number | null = null;
  for (const samples of timeline.samples.values()) {
    const energy = gpuEnergy(samples, span);
    joules += energy?.joules ?? 0;
    gapSeconds = Math.max(gapSeconds, energy?.gapSeconds ?? 0);
    for (const { t, memoryUsed } of samples) {
      if (memoryUsed !== null && t >= span.from && t <= span.to) peak = Math.max(peak ?? 0, memoryUsed);
    }
  }
  return { seconds: span.to - span.from, joules, gapSeconds, peak };
}

async function generatedTokens(data: RunData, checkpoint: string): Promise<number> {
  let tokens = 0;
  await scanShard({ folder: data.folder, checkpoint }, data.manifest.units, (_unit, _slot, { record }) => {
    // What came from the cache was not generated, and has no time.
    if (record.ms !== undefined) tokens += record.tokens?.[1] ?? 0;
  });
  return tokens;
}

function correctAnswers(data: RunData, index: number): number {
  const chosen = chosenRow(data);
  const column = chosen === null ? null : (data.columns.get(chosen.row.key)?.[index] ?? null);
  if (chosen === null || column === null) return 0;
  return column.perSample.reduce((count, score) => count + Number(chosen.isRight(score)), 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

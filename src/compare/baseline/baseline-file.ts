import { readFile, stat } from "node:fs/promises";

import type { Estimate } from "../../core/estimate.ts";
import type { MetricUnit } from "../../core/judge.ts";
import { EvalhError, hasErrno, messageOf } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import { createJudgesOf } from "../../run/plan.ts";
import { writeAtomically } from "../../run/store/run-folder.ts";
import { storeError } from "../../run/store/line-file.ts";
import type { JudgeInfo, RunManifest, UnitInfo } from "../../run/store/records.ts";
import type { MetricColumn } from "../metric-column.ts";
import { metricKey } from "../run-data.ts";
import { statsCollector } from "../stats-collector.ts";
import { baselineProblem } from "./baseline-shape.ts";
import type { Baseline } from "./baseline.ts";
import { unpackStats, type PackedStats } from "./packed-stats.ts";
import { openMeasured, type StoredMeasurements } from "./stored-measurements.ts";

/** Name of the file in a project's working folder. */
export const BASELINE_FILE = "evalh.baseline.json";

const FORMAT = "evalh-baseline/1";

/** A drop that somebody let pass, and why. */
export interface Acceptance {
  /** ISO 8601. */
  readonly at: string;
  readonly run: string;
  readonly reason: string;
  /** What had become worse, in words. */
  readonly worse: readonly string[];
}

/** An estimate with what it takes to read it years later. */
export interface BaselineEstimate extends Estimate {
  readonly unit: MetricUnit;
  readonly higher_is_better: boolean;
}

/** evalh.baseline.json: small enough to be committed, complete enough to pair every sample. */
export interface BaselineFile {
  readonly format: typeof FORMAT;
  readonly suite: { readonly name: string; readonly version: number; readonly digest: string };
  readonly run: { readonly id: string; readonly started_at: string; readonly evalh: string };
  readonly checkpoint: Pick<Checkpoint, "id" | "step" | "epoch" | "format" | "digest">;
  /** Metric key → estimate: for people, and for the history; gates compute their own from the statistics. */
  readonly estimates: Readonly<Record<string, BaselineEstimate>>;
  /** The test split's units. */
  readonly units: readonly (Omit<UnitInfo, "judges"> & {
    readonly judges: readonly (JudgeInfo & { readonly stats: PackedStats })[];
  })[];
  /** What was measured besides; files of before it was kept have none. */
  readonly measured?: StoredMeasurements;
  /** Oldest first. */
  readonly accepted: readonly Acceptance[];
}

export type BaselineContent = Omit<BaselineFile, "format">;

export function baselineText(content: BaselineContent): string {
  return `${JSON.stringify({ format: FORMAT, ...content }, null, 1)}\n`;
}

export async function writeBaseline(path: string, content: BaselineContent): Promise<void> {
  await writeAtomically(path, baselineText(content));
}

/**
 * Null where there is no such file.
 * @throws EvalhError E_USAGE if the file is none of ours
 */
export async function readBaselineFile(path: string): Promise<BaselineFile | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (hasErrno(error, "ENOENT") || (await isFolder(path))) return null;
    throw storeError("read", path, error);
  }
  return parseBaseline(text, path);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isDirectory() === true;
}

/** @throws EvalhError E_USAGE if the text is no baseline */
export function parseBaseline(text: string, file: string): BaselineFile {
  const refuse = (message: string, cause?: unknown): EvalhError =>
    new EvalhError("E_USAGE", `not a baseline: ${message}`, {
      place: { file },
      hint: "make one with `evalh baseline update`",
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(messageOf(error), error);
  }
  if (!isJsonObject(value) || value["format"] !== FORMAT) throw refuse(`its format is not ${FORMAT}`);
  const problem = baselineProblem(value);
  if (problem !== null) throw refuse(problem);
  return value as unknown as BaselineFile;
}

/**
 * The scores of a baseline file, ready to be paired.
 * @throws EvalhError E_NOT_COMPARABLE if they are damaged; E_JUDGE for a judge that this evalh does not know
 */
export async function openBaseline(content: BaselineFile, file: string): Promise<Baseline> {
  const columns = new Map<string, MetricColumn>();
  for (const unit of content.units) {
    const judges = await createJudgesOf(unit);
    for (const [index, judge] of judges.entries()) {
      const packed = unit.judges[index]?.stats;
      if (packed === undefined) continue;
      const collector = statsCollector(judge, unit.n * unit.repeats, unit.repeats);
      for (const [slot, stats] of unpackStats(packed, file).entries()) {
        if (stats !== null && slot < unit.n * unit.repeats) collector.add(slot, stats);
      }
      const packedColumns = collector.columns();
      for (const metric of judge.metrics) {
        const column = packedColumns.get(metric.name);
        if (column !== undefined && column.ordinals.length > 0) columns.set(metricKey(unit, judge, metric), column);
      }
    }
  }
  return {
    name: file,
    suite: content.suite.name,
    checkpoint: content.checkpoint.id,
    units: content.units,
    columns,
    measured: () => Promise.resolve(content.measured === undefined ? null : openMeasured(content.measured, file)),
  };
}

/** What the run's manifest says of itself, for a baseline. */
export function runOf({ id, attempts }: RunManifest): BaselineFile["run"] {
  const [first] = attempts;
  return { id, started_at: first?.startedAt ?? "", evalh: first?.evalh ?? "" };
}

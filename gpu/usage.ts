import { integratePower, type Energy } from "./energy.ts";
import type { GpuFacts, GpuSample } from "./monitor.ts";
import type { ThrottleReason } from "./reading.ts";

/** What one GPU did over a run. */
export interface GpuUsage {
  readonly gpu: number;
  readonly name: string | null;
  readonly samples: number;
  /** MiB, a lower bound: what happens between two looks is not seen. Null where the device does not tell. */
  readonly peakMemory: number | null;
  readonly memoryTotal: number | null;
  /** Percent, mean over the samples. */
  readonly utilization: number | null;
  readonly hottest: number | null;
  /** Null where no power is told. */
  readonly energy: Energy | null;
  /** Share of the samples, 0..1, with no kernel running. */
  readonly idle: number | null;
  /** Reason → share of the busy samples, 0..1, whose clocks it lowered. */
  readonly throttled: Readonly<Partial<Record<ThrottleReason, number>>>;
}

/** A step this many times the usual one is a gap. */
const GAP_FACTOR = 3;

/**
 * Sums up one GPU's samples.
 * @param span seconds on the samples' clock
 */
export function gpuUsage(
  samples: readonly GpuSample[],
  facts: GpuFacts,
  span: { readonly from: number; readonly to: number },
): GpuUsage {
  const told = <T>(pick: (sample: GpuSample) => T | null): T[] =>
    samples.flatMap((sample) => {
      const value = pick(sample);
      return value === null ? [] : [value];
    });
  const utilization = told((sample) => sample.utilization);
  return {
    gpu: facts.gpu,
    name: facts.name,
    samples: samples.length,
    peakMemory: largest(told((sample) => sample.memoryUsed)),
    memoryTotal: facts.memoryTotal,
    utilization: utilization.length === 0 ? null : mean(utilization),
    hottest: largest(told((sample) => sample.temperature)),
    energy: gpuEnergy(samples, span),
    idle: utilization.length === 0 ? null : mean(utilization.map((value) => Number(value === 0))),
    throttled: throttleShares(samples),
  };
}

/** Energy of one GPU over a span; null where it tells no power. */
export function gpuEnergy(
  samples: readonly GpuSample[],
  span: { readonly from: number; readonly to: number },
): Energy | null {
  const power = samples.flatMap(({ t, power }) => (power === null ? [] : [{ t, power }]));
  return power.length === 0 ? null : integratePower(power, { ...span, longestStep: longestStep(samples) });
}

/** Three times the usual step between samples, in seconds. */
function longestStep(samples: readonly GpuSample[]): number {
  const steps = samples.slice(1).map(({ t }, index) => t - (samples[index] as GpuSample).t);
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 1;
  return GAP_FACTOR * Math.max(usual, 0.01);
}

function throttleShares(samples: readonly GpuSample[]): GpuUsage["throttled"] {
  const busy = samples.filter(({ throttle, utilization }) => throttle !== null && (utilization ?? 1) > 0);
  const counts = new Map<ThrottleReason, number>();
  for (const { throttle } of busy) {
    for (const reason of throttle ?? []) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  // Divided once: a sum of rounded parts may be above 1.
  return Object.fromEntries([...counts].map(([reason, count]) => [reason, count / busy.length]));
}

/** Slowdowns that cost speed without anybody having asked for them, and what to do. */
const SLOWDOWNS: Readonly<Partial<Record<ThrottleReason, string>>> = {
  sw_thermal_slowdown: "it was too hot",
  hw_thermal_slowdown: "it was too hot, and the hardware stepped in",
  hw_power_brake_slowdown: "the power supply asked for it",
  hw_slowdown: "the hardware stepped in, for heat or power",
};

const MIN_SHARE = 0.05;
const MIN_SAMPLES = 10;
const HELD_MEMORY_MIB = 1024;

/** What a person should know of it: a GPU that waits, is held for nothing, is slowed down, or has faulty memory. */
export function gpuWarnings(usage: GpuUsage, samples: readonly GpuSample[]): readonly string[] {
  const warnings: string[] = [];
  const name = `GPU ${usage.gpu}`;
  if (usage.samples >= MIN_SAMPLES && usage.idle !== null) {
    if (usage.idle === 1 && (usage.peakMemory ?? 0) >= HELD_MEMORY_MIB) {
      warnings.push(`${name} held ${usage.peakMemory} MiB and never ran a kernel`);
    } else if (usage.idle < 1 && usage.idle > 0.5) {
      warnings.push(`${name} waited ${percent(usage.idle)} of the time: a larger batch or faster loading would use it`);
    }
  }
  for (const [reason, why] of Object.entries(SLOWDOWNS)) {
    const share = usage.throttled[reason as ThrottleReason] ?? 0;
    if (share >= MIN_SHARE) warnings.push(`${name} ran with lowered clocks ${percent(share)} of the time: ${why}`);
  }
  const errors = samples.flatMap(({ uncorrectedErrors }) => (uncorrectedErrors === null ? [] : [uncorrectedErrors]));
  const rise = (errors.at(-1) ?? 0) - (errors[0] ?? 0);
  if (rise > 0)
    warnings.push(`${name} had ${rise} uncorrectable memory errors during the run: do not trust its results`);
  return warnings;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function largest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((most, value) => Math.max(most, value));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

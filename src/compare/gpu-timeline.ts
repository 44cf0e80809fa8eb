import type { GpuFacts, GpuSample } from "../../gpu/monitor.ts";

/** What the GPUs did over one attempt of a run, thinned out for drawing. Times are seconds since the attempt began. */
export interface GpuTimeline {
  readonly end: number;
  /** When each checkpoint was evaluated. */
  readonly spans: readonly { readonly checkpoint: string; readonly from: number; readonly to: number }[];
  readonly gpus: readonly GpuTrace[];
}

export interface GpuTrace {
  readonly gpu: number;
  readonly name: string | null;
  /** MiB and watt. */
  readonly memoryTotal: number | null;
  readonly powerLimit: number | null;
  readonly points: readonly GpuPoint[];
}

/** Means over the looks that share a point, for memory the most; null where the device does not tell. */
interface GpuPoint {
  readonly t: number;
  /** Percent. */
  readonly utilization: number | null;
  /** MiB. */
  readonly memory: number | null;
  /** Watt. */
  readonly power: number | null;
}

/** More points than this cannot be told apart at the width of a page. */
const MOST_POINTS = 240;

/** One GPU's samples as at most 240 points of equal length in time; a stretch without samples has none. */
export function gpuTrace(samples: readonly GpuSample[], facts: GpuFacts, end: number): GpuTrace {
  const step = Math.max(end / MOST_POINTS, 1e-3);
  const groups = Map.groupBy(samples, ({ t }) => Math.min(MOST_POINTS - 1, Math.max(0, Math.floor(t / step))));
  const { gpu, name, memoryTotal, powerLimit } = facts;
  return {
    gpu,
    name,
    memoryTotal,
    powerLimit,
    points: [...groups.values()].map((group) => ({
      t: mean(group, ({ t }) => t) ?? 0,
      utilization: mean(group, ({ utilization }) => utilization),
      memory: group.reduce<number | null>(
        (most, { memoryUsed }) => (memoryUsed === null ? most : Math.max(most ?? 0, memoryUsed)),
        null,
      ),
      power: mean(group, ({ power }) => power),
    })),
  };
}

function mean(samples: readonly GpuSample[], pick: (sample: GpuSample) => number | null): number | null {
  const told = samples.map(pick).filter((value) => value !== null);
  return told.length === 0 ? null : told.reduce((sum, value) => sum + value, 0) / told.length;
}

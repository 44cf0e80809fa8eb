import { startGpuMonitor, type GpuSample } from "../../gpu/monitor.ts";
import { gpuEnergy } from "../../gpu/usage.ts";
import type { StageGpu } from "./load-result.ts";

/** Looks at this machine's GPUs on the clock that requests are timed by. */
export interface GpuWatch extends Disposable {
  /** What they did between two times, `performance.now()`; null if no sample fell between. */
  between(from: number, to: number, outputTokens: number): StageGpu | null;
}

const INTERVAL_MS = 200;
const LOCAL = new Set(["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]);

/** Null without nvidia-smi, and for servers elsewhere: this machine's GPUs say nothing about them. */
export async function watchGpus(
  hostname: string,
  { onProblem, command }: { readonly onProblem: (message: string) => void; readonly command?: string },
): Promise<GpuWatch | null> {
  if (!LOCAL.has(hostname)) return null;
  const samples: GpuSample[] = [];
  const monitor = await startGpuMonitor({
    interval: INTERVAL_MS,
    clock: () => performance.now() / 1000,
    onGpu: () => undefined,
    onSample: (sample) => samples.push(sample),
    onProblem,
    ...(command === undefined ? {} : { command }),
  });
  if (monitor === null) return null;
  return {
    between: (from, to, outputTokens) => usageBetween(samples, { from: from / 1000, to: to / 1000, outputTokens }),
    [Symbol.dispose]: () => monitor[Symbol.dispose](),
  };
}

function usageBetween(
  samples: readonly GpuSample[],
  { from, to, outputTokens }: { readonly from: number; readonly to: number; readonly outputTokens: number },
): StageGpu | null {
  const inside = samples.filter(({ t }) => t >= from && t <= to);
  if (inside.length === 0) return null;
  const byGpu = Map.groupBy(samples, ({ gpu }) => gpu);
  const energies = [...byGpu.values()].flatMap((own) => gpuEnergy(own, { from, to }) ?? []);
  const measured = energies.filter(({ seconds }) => seconds > 0);
  const power = measured.reduce((sum, { joules, seconds }) => sum + joules / seconds, 0);
  const known = inside.flatMap(({ utilization }) => utilization ?? []);
  const memory = inside.flatMap(({ memoryUsed }) => memoryUsed ?? []);
  return {
    utilization: known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length,
    power: measured.length === 0 ? null : power,
    peakMemory: memory.length === 0 ? null : Math.max(...memory),
    joulesPerOutputToken: measured.length === 0 || outputTokens === 0 ? null : (power * (to - from)) / outputTokens,
    samples: inside.length,
  };
}

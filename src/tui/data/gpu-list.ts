import type { GpuRecord } from "../../run/gpu-log.ts";
import { decodeLine } from "../../run/store/checked-line.ts";
import { runFiles } from "../../run/store/run-folder.ts";
import type { GpuState } from "../model/snapshot.ts";
import { fileTail } from "./tail.ts";

const BLOCK_BYTES = 1 << 18;
/** One look a second is kept for two minutes. */
const HISTORY = 120;

/** What the GPUs do, from the run's gpu.jsonl while it is written. */
export interface GpuList {
  /** True if something came. */
  poll(): Promise<boolean>;
  gpus(): readonly GpuState[];
}

export function gpuList(folder: string): GpuList {
  const tail = fileTail(runFiles.gpu(folder));
  const states = new Map<number, GpuState>();
  return {
    async poll() {
      const lines = await tail.read(BLOCK_BYTES);
      for (const { bytes } of lines) {
        const record = decodeLine(bytes) as GpuRecord | undefined;
        if (record?.kind !== "gpu" && record?.kind !== "sample") continue;
        const before = states.get(record.gpu) ?? UNKNOWN;
        states.set(record.gpu, { ...before, ...changesOf(record, before), gpu: record.gpu });
      }
      return lines.length > 0;
    },
    gpus: () => [...states.values()].sort((a, b) => a.gpu - b.gpu),
  };
}

const UNKNOWN: GpuState = {
  gpu: 0,
  name: null,
  utilization: [],
  memoryUsed: null,
  memoryTotal: null,
  power: null,
  powerLimit: null,
  temperature: null,
};

function changesOf(
  record: Extract<GpuRecord, { readonly kind: "gpu" | "sample" }>,
  { utilization }: GpuState,
): Partial<GpuState> {
  if (record.kind === "gpu") {
    return { name: record.name, memoryTotal: record.memoryTotal, powerLimit: record.powerLimit };
  }
  return {
    utilization: [...utilization.slice(1 - HISTORY), record.utilization],
    memoryUsed: record.memoryUsed,
    power: record.power,
    temperature: record.temperature,
  };
}

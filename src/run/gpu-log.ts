import { startGpuMonitor, type GpuFacts, type GpuSample } from "../../gpu/monitor.ts";
import { isJsonObject } from "../core/json.ts";
import type { RunEvent } from "../core/run-event.ts";
import { readLines } from "./store/line-file.ts";
import { runFiles } from "./store/run-folder.ts";
import { openShard } from "./store/shard-writer.ts";

/** A line of gpu.jsonl. Times are seconds since the attempt (see `Attempt`) began. */
export type GpuRecord = { readonly attempt: number } & (
  | ({ readonly kind: "gpu" } & GpuFacts)
  | ({ readonly kind: "sample" } & GpuSample)
  | { readonly kind: "checkpoint"; readonly t: number; readonly checkpoint: string | null }
  | { readonly kind: "problem"; readonly t: number; readonly message: string }
);

export interface GpuLog extends AsyncDisposable {
  /** Marks when checkpoints began, so that each one's energy is known. */
  readonly show: (event: RunEvent) => void;
  /** Marks that no checkpoint is evaluated from now on: what the GPUs do is somebody else's, such as a training's. */
  readonly pause: () => void;
}

export interface GpuLogOptions {
  readonly folder: string;
  /** Position of the attempt in the manifest. */
  readonly attempt: number;
  readonly onProblem: (message: string) => void;
  /** Milliseconds between samples. */
  readonly interval?: number;
}

/** Records what the GPUs do while a run lasts, in its gpu.jsonl. Null without nvidia-smi. */
export async function openGpuLog({ folder, attempt, onProblem, interval }: GpuLogOptions): Promise<GpuLog | null> {
  const started = performance.now();
  const clock = (): number => (performance.now() - started) / 1000;
  const early: GpuRecord[] = [];
  let write = (record: GpuRecord): void => void early.push(record);
  const monitor = await startGpuMonitor({
    clock,
    onGpu: (facts) => write({ attempt, kind: "gpu", ...facts }),
    onSample: (sample) => write({ attempt, kind: "sample", ...sample }),
    onProblem: (message) => {
      write({ attempt, kind: "problem", t: clock(), message });
      onProblem(message);
    },
    ...(interval !== undefined && { interval }),
  });
  if (monitor === null) return null;
  const { writer } = await openShard(runFiles.gpu(folder), () => undefined);
  // What cannot be written is lost: a full disk shows at the samples, which matter more.
  write = (record) => writer.append([record], () => undefined);
  for (const record of early) write(record);
  const mark = (checkpoint: string | null): void => write({ attempt, kind: "checkpoint", t: clock(), checkpoint });
  return {
    show: (event) => {
      if (event.type === "checkpoint-started") mark(event.checkpoint);
      if (event.type === "run-ended") mark(null);
    },
    pause: () => mark(null),
    async [Symbol.asyncDispose]() {
      monitor[Symbol.dispose]();
      await writer[Symbol.asyncDispose]();
    },
  };
}

/** The lines of a run's gpu.jsonl; none without one. */
export async function readGpuLog(folder: string): Promise<GpuRecord[]> {
  const records: GpuRecord[] = [];
  for await (const { record } of readLines(runFiles.gpu(folder))) {
    if (isJsonObject(record) && typeof record["attempt"] === "number") records.push(record as unknown as GpuRecord);
  }
  return records;
}

import { startLoop } from "./loop.ts";
import { GPU_FIELDS, parseGpuCsv } from "./nvidia-smi-csv.ts";
import type { GpuReading, ThrottleReason } from "./reading.ts";

/** One look at one GPU. Null where it does not tell. */
export interface GpuSample {
  /** Seconds on the caller's clock, when the line arrived. */
  readonly t: number;
  readonly gpu: number;
  /** Percent of the time in which any kernel ran. */
  readonly utilization: number | null;
  readonly memoryUtilization: number | null;
  /** MiB. */
  readonly memoryUsed: number | null;
  /** Watt. */
  readonly power: number | null;
  /** Degrees Celsius. */
  readonly temperature: number | null;
  /** MHz. */
  readonly clock: number | null;
  readonly throttle: readonly ThrottleReason[] | null;
  /** Since the driver was loaded. */
  readonly uncorrectedErrors: number | null;
}

/** What of a GPU stays the same. */
export interface GpuFacts {
  readonly gpu: number;
  readonly uuid: string | null;
  readonly name: string | null;
  readonly driver: string | null;
  /** MiB. */
  readonly memoryTotal: number | null;
  /** Watt. */
  readonly powerLimit: number | null;
}

export interface MonitorOptions {
  readonly command?: string;
  /** Milliseconds between two looks; default 1000. */
  readonly interval?: number;
  readonly silence?: number;
  readonly pause?: number;
  /** Seconds since the run began. */
  readonly clock: () => number;
  readonly onSample: (sample: GpuSample) => void;
  /** Told once of each GPU, before its first sample. */
  readonly onGpu: (facts: GpuFacts) => void;
  readonly onProblem: (message: string) => void;
}

/** Field names that this driver may not know yet, with what older ones call them. */
const OLDER: Readonly<Record<string, string>> = {
  "clocks_event_reasons.active": "clocks_throttle_reasons.active",
};

/**
 * Samples all GPUs through one nvidia-smi process. Fields that the driver does not know are left out; a GPU that
 * cannot be read and a tool that dies or hangs are reported, each once.
 * @returns null without nvidia-smi
 */
export async function startGpuMonitor(options: MonitorOptions): Promise<Disposable | null> {
  let fields: readonly string[] = GPU_FIELDS;
  const known = new Set<number>();
  const reported = new Set<string>();
  const report = (message: string): void => {
    if (reported.has(message)) return;
    reported.add(message);
    options.onProblem(message);
  };
  const { command, silence, pause } = options;
  return startLoop({
    ...(command !== undefined && { command }),
    ...(silence !== undefined && { silence }),
    ...(pause !== undefined && { pause }),
    args: queryOf(fields),
    interval: options.interval ?? 1000,
    onProblem: report,
    revise: (complaint) => {
      const unknown = /Field "([^"]+)" is not a valid field/u.exec(complaint)?.[1];
      if (unknown === undefined || !fields.includes(unknown)) return null;
      const older = OLDER[unknown];
      fields = fields.flatMap((field) => (field !== unknown ? [field] : older === undefined ? [] : [older]));
      return queryOf(fields);
    },
    onLine: (line) => {
      if (line.startsWith(`Field "`)) return false;
      const { gpus, problems } = parseGpuCsv(line, fields);
      for (const problem of problems) report(`nvidia-smi: ${problem}`);
      for (const reading of gpus) {
        if (!known.has(reading.index)) options.onGpu(factsOf(reading));
        known.add(reading.index);
        options.onSample(sampleOf(reading, options.clock()));
      }
      return gpus.length > 0;
    },
  });
}

function queryOf(fields: readonly string[]): readonly string[] {
  return [`--query-gpu=${fields.join(",")}`, "--format=csv,noheader,nounits"];
}

function factsOf({ index, uuid, name, driverVersion, memory, power }: GpuReading): GpuFacts {
  return { gpu: index, uuid, name, driver: driverVersion, memoryTotal: memory.total, powerLimit: power.limit };
}

function sampleOf(reading: GpuReading, t: number): GpuSample {
  return {
    t: Math.round(t * 1000) / 1000,
    gpu: reading.index,
    utilization: reading.gpuUtilization,
    memoryUtilization: reading.memoryUtilization,
    memoryUsed: reading.memory.used,
    power: reading.power.draw ?? reading.power.instant,
    temperature: reading.temperature.gpu,
    clock: reading.clocks.sm,
    throttle: reading.throttleReasons,
    uncorrectedErrors: reading.uncorrectedErrors,
  };
}

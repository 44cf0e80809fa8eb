/** One look at one GPU. Null where the device, the driver or the permissions do not tell. */
export interface GpuReading {
  /** Position in nvidia-smi's list, from 0. */
  readonly index: number;
  readonly uuid: string | null;
  readonly name: string | null;
  readonly driverVersion: string | null;
  /** Percent of the last sampling period in which any kernel ran, not how much of the GPU it filled. */
  readonly gpuUtilization: number | null;
  /** Percent of that period in which memory was read or written. */
  readonly memoryUtilization: number | null;
  readonly memory: GpuMemory;
  /** Degrees Celsius. */
  readonly temperature: { readonly gpu: number | null; readonly memory: number | null };
  /** Watt. `draw` is averaged over a second on Ampere and later; `instant` only newer drivers tell. */
  readonly power: { readonly draw: number | null; readonly instant: number | null; readonly limit: number | null };
  /** MHz. */
  readonly clocks: { readonly sm: number | null; readonly memory: number | null };
  /** Why the clocks are lower than they could be. Empty: for no reason. */
  readonly throttleReasons: readonly ThrottleReason[] | null;
  /** Microseconds spent throttled for each reason since the driver was loaded; newer drivers only. */
  readonly throttledMicroseconds: Readonly<Partial<Record<ThrottleReason, number>>> | null;
  /** Percent. */
  readonly fanSpeed: number | null;
  /** "P0" (fastest) to "P15". */
  readonly performanceState: string | null;
  /** Memory errors since the driver was loaded that could not be corrected. */
  readonly uncorrectedErrors: number | null;
  readonly mig: { readonly enabled: boolean | null; readonly devices: readonly MigDevice[] };
  readonly processes: readonly GpuProcess[];
}

/** MiB. `used` does not contain what the driver keeps `reserved`. */
export interface GpuMemory {
  readonly total: number | null;
  readonly used: number | null;
  readonly reserved: number | null;
  readonly free: number | null;
}

/** A slice of a GPU. nvidia-smi tells its memory, but no utilisation. */
export interface MigDevice {
  readonly index: number | null;
  readonly gpuInstance: number | null;
  readonly computeInstance: number | null;
  readonly memory: GpuMemory;
}

export interface GpuProcess {
  readonly pid: number;
  /** "C" compute, "G" graphics, "C+G" both; null where not told. */
  readonly type: string | null;
  readonly name: string | null;
  /** MiB. */
  readonly memory: number | null;
  /** On a sliced GPU, the slice it runs on. */
  readonly gpuInstance: number | null;
  readonly computeInstance: number | null;
}

/** In the order of their bits in clocks_event_reasons.active (nvml.h). */
export const THROTTLE_REASONS = [
  "gpu_idle",
  "applications_clocks_setting",
  "sw_power_cap",
  "hw_slowdown",
  "sync_boost",
  "sw_thermal_slowdown",
  "hw_thermal_slowdown",
  "hw_power_brake_slowdown",
  "display_clock_setting",
] as const;

export type ThrottleReason = (typeof THROTTLE_REASONS)[number];

/** What nvidia-smi printed. */
export interface NvidiaSmiReport {
  readonly gpus: readonly GpuReading[];
  /** Lines that tell of a GPU that cannot be read, for example one that fell off the bus. */
  readonly problems: readonly string[];
}

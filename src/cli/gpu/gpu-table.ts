import type { GpuReading, NvidiaSmiReport } from "../../../gpu/reading.ts";
import { escapeText } from "../../../reports/escape-text.ts";

const HEAD = ["gpu", "name", "util", "mem", "memory MiB", "power W", "°C", "SM MHz", "clocks"] as const;

/** One line a GPU, and below it its slices and processes. */
export function gpuTable({ gpus, problems }: NvidiaSmiReport): string {
  const rows = [HEAD, ...gpus.map((gpu) => cellsOf(gpu))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ");
  const lines = gpus.flatMap((gpu, index) => [lineOf(rows[index + 1] ?? []), ...detailsOf(gpu)]);
  return [
    ...(gpus.length === 0 ? ["no GPU"] : [lineOf(HEAD), ...lines]),
    ...problems.map((problem) => `warning: ${escapeText(problem)}`),
    "",
  ].join("\n");
}

function cellsOf(gpu: GpuReading): string[] {
  const { memory, power, temperature, clocks } = gpu;
  return [
    String(gpu.index),
    escapeText(gpu.name ?? "?"),
    percent(gpu.gpuUtilization),
    percent(gpu.memoryUtilization),
    of(memory.used, memory.total),
    of(rounded(power.draw ?? power.instant), rounded(power.limit)),
    value(temperature.gpu),
    value(clocks.sm),
    throttling(gpu),
  ];
}

/** Reasons that somebody asked for are left out. */
const HARMLESS = new Set(["applications_clocks_setting", "sync_boost", "display_clock_setting"]);

function throttling({ throttleReasons, mig }: GpuReading): string {
  if (mig.enabled === true) return "MIG";
  if (throttleReasons === null) return "–";
  if (throttleReasons.includes("gpu_idle")) return "idle";
  const reasons = throttleReasons.filter((reason) => !HARMLESS.has(reason));
  return reasons.length === 0 ? "full" : reasons.join(" ");
}

function detailsOf({ mig, processes, uncorrectedErrors }: GpuReading): string[] {
  return [
    ...((uncorrectedErrors ?? 0) > 0 ? [`     ${uncorrectedErrors} uncorrectable memory errors`] : []),
    ...mig.devices.map(
      ({ gpuInstance, computeInstance, memory }) =>
        `     slice ${value(gpuInstance)}/${value(computeInstance)}  ${of(memory.used, memory.total)} MiB`,
    ),
    ...processes.map(
      ({ pid, name, memory, gpuInstance }) =>
        `     pid ${pid}  ${value(memory)} MiB  ${escapeText(name ?? "?")}${gpuInstance === null ? "" : `  slice ${gpuInstance}`}`,
    ),
  ];
}

function value(number: number | null): string {
  return number === null ? "–" : String(number);
}

function percent(number: number | null): string {
  return number === null ? "–" : `${number} %`;
}

function rounded(number: number | null): number | null {
  return number === null ? null : Math.round(number);
}

function of(part: number | null, whole: number | null): string {
  return whole === null ? value(part) : `${value(part)} of ${whole}`;
}

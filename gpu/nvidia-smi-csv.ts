import { numberValue, switchValue, textValue } from "./nvidia-smi-value.ts";
import {
  THROTTLE_REASONS,
  type GpuProcess,
  type GpuReading,
  type NvidiaSmiReport,
  type ThrottleReason,
} from "./reading.ts";

/** The fields that are asked for, in this order, with `--format=csv,noheader,nounits`. */
export const GPU_FIELDS = [
  "index",
  "uuid",
  "name",
  "driver_version",
  "utilization.gpu",
  "utilization.memory",
  "memory.total",
  "memory.reserved",
  "memory.used",
  "memory.free",
  "temperature.gpu",
  "temperature.memory",
  "power.draw",
  "power.draw.instant",
  "power.limit",
  "clocks.sm",
  "clocks.mem",
  "clocks_event_reasons.active",
  "fan.speed",
  "pstate",
  "ecc.errors.uncorrected.volatile.total",
  "mig.mode.current",
] as const;

/** The same for processes. */
export const PROCESS_FIELDS = ["gpu_uuid", "pid", "process_name", "used_memory"] as const;

/** Older drivers know a field by another name. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  "clocks_throttle_reasons.active": "clocks_event_reasons.active",
  used_gpu_memory: "used_memory",
};

/**
 * Parses what `nvidia-smi --query-gpu=… --format=csv` prints, with or without its header and units.
 * @param fields what was asked for; ignored where the output has a header
 */
export function parseGpuCsv(text: string, fields: readonly string[] = GPU_FIELDS): NvidiaSmiReport {
  const { rows, problems } = parseRows(text, { fields, free: "name" });
  return { gpus: rows.map((row, i) => readGpu(row, i)), problems };
}

/** A process and the GPU it runs on: on a sliced GPU its parent, since the slice is not told here. */
export interface ProcessOnGpu extends GpuProcess {
  readonly gpuUuid: string | null;
}

/** Parses what `nvidia-smi --query-compute-apps=… --format=csv` prints. Names may hold commas. */
export function parseProcessCsv(text: string, fields: readonly string[] = PROCESS_FIELDS): readonly ProcessOnGpu[] {
  return parseRows(text, { fields, free: "process_name" }).rows.flatMap((row) => {
    const pid = numberValue(row.get("pid"));
    if (pid === null) return [];
    return [
      {
        gpuUuid: textValue(row.get("gpu_uuid")),
        pid,
        type: "C",
        name: textValue(row.get("process_name")),
        memory: numberValue(row.get("used_memory")),
        gpuInstance: null,
        computeInstance: null,
      },
    ];
  });
}

type Row = ReadonlyMap<string, string>;

interface Columns {
  readonly fields: readonly string[];
  /** The one field that may hold commas. */
  readonly free: string;
}

/** nvidia-smi separates by ", " and quotes nothing: surplus pieces belong to the one field that may hold commas. */
function parseRows(text: string, { fields, free }: Columns): { rows: Row[]; problems: string[] } {
  let names = fields;
  const rows: Row[] = [];
  const problems: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "" || /^no (?:devices were|running processes) found/i.test(line)) continue;
    const cells = line.split(/,\s/);
    const header = cells.map((cell) => plainName(cell));
    if (
      rows.length === 0 &&
      header.every((name) => /^[a-z_]+[a-z_.\d]*$/.test(name)) &&
      header.some((name) => fields.includes(name))
    ) {
      names = header;
      continue;
    }
    const surplus = cells.length - names.length;
    const freeAt = names.indexOf(free);
    if (surplus < 0 || (surplus > 0 && freeAt < 0)) {
      problems.push(line.trim());
      continue;
    }
    if (surplus > 0) cells.splice(freeAt, surplus + 1, cells.slice(freeAt, freeAt + surplus + 1).join(", "));
    rows.push(new Map(names.map((name, i) => [plainName(name), cells[i] as string])));
  }
  return { rows, problems };
}

/** A field's name as it is asked for: headers add the unit, "memory.used [MiB]". */
function plainName(cell: string): string {
  const name = cell.trim().replace(/\s*\[[^\]]*\]$/, "");
  return OLD_NAMES[name] ?? name;
}

function readGpu(row: Row, position: number): GpuReading {
  const number = (name: string): number | null => numberValue(row.get(name));
  return {
    index: number("index") ?? position,
    uuid: textValue(row.get("uuid")),
    name: textValue(row.get("name")),
    driverVersion: textValue(row.get("driver_version")),
    gpuUtilization: number("utilization.gpu"),
    memoryUtilization: number("utilization.memory"),
    memory: {
      total: number("memory.total"),
      used: number("memory.used"),
      reserved: number("memory.reserved"),
      free: number("memory.free"),
    },
    temperature: { gpu: number("temperature.gpu"), memory: number("temperature.memory") },
    power: { draw: number("power.draw"), instant: number("power.draw.instant"), limit: number("power.limit") },
    clocks: { sm: number("clocks.sm"), memory: number("clocks.mem") },
    throttleReasons: reasonsOf(number("clocks_event_reasons.active")),
    throttledMicroseconds: null,
    fanSpeed: number("fan.speed"),
    performanceState: textValue(row.get("pstate")),
    uncorrectedErrors: number("ecc.errors.uncorrected.volatile.total"),
    mig: { enabled: switchValue(row.get("mig.mode.current")), devices: [] },
    processes: [],
  };
}

function reasonsOf(mask: number | null): readonly ThrottleReason[] | null {
  return mask === null ? null : THROTTLE_REASONS.filter((_, bit) => Math.floor(mask / 2 ** bit) % 2 === 1);
}

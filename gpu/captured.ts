import { EvalhError } from "../src/core/errors.ts";
import { parseGpuCsv, parseProcessCsv, type ProcessOnGpu } from "./nvidia-smi-csv.ts";
import { parseNvidiaSmiTable, type TableRow } from "./nvidia-smi-table.ts";
import { parseNvidiaSmiXml } from "./nvidia-smi-xml.ts";
import type { GpuReading } from "./reading.ts";

/** Which of nvidia-smi's outputs a text is; "none" for one that tells of no GPU, such as an error message. */
export type CapturedFormat = "xml" | "gpu-csv" | "process-csv" | "dmon" | "pmon" | "none";

/** What a captured output of nvidia-smi tells. */
export interface Captured {
  readonly format: CapturedFormat;
  /** One reading a GPU: of a `dmon` table the last row of each. */
  readonly gpus: readonly GpuReading[];
  /** Of `--query-compute-apps` and `pmon`; the other formats tell processes with their GPU. */
  readonly processes: readonly CapturedProcess[];
  /** The rows of a `dmon` or `pmon` table, oldest first. */
  readonly rows: readonly TableRow[];
  /** Lines that tell of something that cannot be read. */
  readonly problems: readonly string[];
}

interface CapturedProcess extends ProcessOnGpu {
  /** Position of its GPU, where that is told instead of the uuid. */
  readonly gpu: number | null;
}

/**
 * Parses what nvidia-smi printed, by whichever of its options: `-q -x`, `--query-gpu`, `--query-compute-apps` (with or
 * without header and units), `dmon`, `pmon`.
 * @param fields of a CSV without a header; by default those that evalh asks for
 * @throws EvalhError E_USAGE if it is none of them
 */
export function parseCaptured(text: string, options: { readonly fields?: readonly string[] } = {}): Captured {
  const trimmed = text.replace(/^\uFEFF/u, "").trim();
  const nothing = { gpus: [], processes: [], rows: [], problems: [] };
  if (trimmed.startsWith("<")) return { ...nothing, format: "xml", ...parseNvidiaSmiXml(trimmed) };
  if (/^#\s*gpu\s/iu.test(trimmed)) return { ...nothing, ...fromTable(parseNvidiaSmiTable(trimmed)) };
  if (/^(?:no (?:devices were|running processes) found)/iu.test(trimmed)) return { ...nothing, format: "none" };
  if (/^(?:nvidia-smi has failed|failed to initialize nvml|unable to determine|field ".*" is not)/iu.test(trimmed)) {
    return { ...nothing, format: "none", problems: trimmed.split(/\r?\n/u) };
  }
  if (isProcessCsv(trimmed)) {
    const processes = parseProcessCsv(trimmed).map((process) => Object.assign({}, process, { gpu: null }));
    return { ...nothing, format: "process-csv", processes };
  }
  const { gpus, problems } = parseGpuCsv(trimmed, options.fields);
  if (gpus.length > 0) return { ...nothing, format: "gpu-csv", gpus, problems };
  throw new EvalhError("E_USAGE", "this is no output of nvidia-smi that evalh knows", {
    hint: "capture `nvidia-smi -q -x`, `--query-gpu=… --format=csv`, `--query-compute-apps=… --format=csv`, `dmon` or `pmon`; name the fields of a CSV without a header with --fields",
  });
}

/** A header that names a pid, or a GPU's uuid followed by a number. */
function isProcessCsv(text: string): boolean {
  const [first = ""] = text.split(/\r?\n/u, 1);
  const cells = first.split(/,\s*/u).map((cell) => cell.replace(/\s*\[[^\]]*\]$/u, ""));
  return cells.includes("pid") || (/^(?:GPU|MIG)-/u.test(cells[0] ?? "") && /^\d+$/u.test(cells[1] ?? ""));
}

function fromTable(rows: readonly TableRow[]): Omit<Captured, "problems"> {
  const isProcesses = rows.some((row) => "pid" in row);
  if (!isProcesses) {
    const lastOf = new Map(rows.map((row) => [row["gpu"], row]));
    return { format: "dmon", gpus: [...lastOf.values()].map(readingOf), processes: [], rows };
  }
  const processes = rows.flatMap((row) => {
    const pid = numberAt(row, "pid");
    return pid === null ? [] : [processOf(row, pid)];
  });
  return { format: "pmon", gpus: [], processes, rows };
}

function processOf(row: TableRow, pid: number): CapturedProcess {
  return {
    gpu: numberAt(row, "gpu"),
    gpuUuid: null,
    pid,
    type: textAt(row, "type"),
    name: textAt(row, "command"),
    memory: numberAt(row, "fb"),
    gpuInstance: null,
    computeInstance: null,
  };
}

function readingOf(row: TableRow): GpuReading {
  return {
    index: numberAt(row, "gpu") ?? 0,
    uuid: null,
    name: null,
    driverVersion: null,
    gpuUtilization: numberAt(row, "sm"),
    memoryUtilization: numberAt(row, "mem"),
    memory: { total: null, used: numberAt(row, "fb"), reserved: null, free: null },
    temperature: { gpu: numberAt(row, "gtemp"), memory: numberAt(row, "mtemp") },
    power: { draw: numberAt(row, "pwr"), instant: null, limit: null },
    clocks: { sm: numberAt(row, "pclk"), memory: numberAt(row, "mclk") },
    throttleReasons: null,
    throttledMicroseconds: null,
    fanSpeed: null,
    performanceState: null,
    uncorrectedErrors: null,
    mig: { enabled: null, devices: [] },
    processes: [],
  };
}

function numberAt(row: TableRow, name: string): number | null {
  const value = row[name];
  return typeof value === "number" ? value : null;
}

function textAt(row: TableRow, name: string): string | null {
  const value = row[name];
  return value === null || value === undefined ? null : String(value);
}

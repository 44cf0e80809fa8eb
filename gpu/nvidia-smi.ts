import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { EvalhError, hasErrno, messageOf } from "../src/core/errors.ts";
import { GPU_FIELDS, parseGpuCsv, parseProcessCsv, PROCESS_FIELDS } from "./nvidia-smi-csv.ts";
import { parseNvidiaSmiXml } from "./nvidia-smi-xml.ts";
import type { NvidiaSmiReport } from "./reading.ts";

export interface NvidiaSmiOptions {
  readonly signal?: AbortSignal;
  /** The program; default "nvidia-smi". */
  readonly command?: string;
  /** Milliseconds after which it is killed; default 10 000. A GPU that fell off the bus can block it for minutes. */
  readonly timeout?: number;
}

/**
 * Everything nvidia-smi knows, from its XML: processes, slices, throttle counters. Takes some 50 ms a GPU.
 * @throws EvalhError E_MISSING_DEPENDENCY without nvidia-smi or driver, E_BACKEND if it fails otherwise
 */
export async function readGpus(options: NvidiaSmiOptions = {}): Promise<NvidiaSmiReport> {
  const output = await runNvidiaSmi(["-q", "-x"], options);
  return isEmpty(output) ? { gpus: [], problems: [] } : parseNvidiaSmiXml(output);
}

/**
 * What changes from second to second, from its CSV: cheaper than {@link readGpus}, without slices and counters.
 * @throws EvalhError as {@link readGpus}
 */
export async function sampleGpus(options: NvidiaSmiOptions = {}): Promise<NvidiaSmiReport> {
  const format = "--format=csv,noheader,nounits";
  const [gpuText, processText] = await Promise.all([
    runNvidiaSmi([`--query-gpu=${GPU_FIELDS.join(",")}`, format], options),
    runNvidiaSmi([`--query-compute-apps=${PROCESS_FIELDS.join(",")}`, format], options),
  ]);
  const processes = parseProcessCsv(processText);
  const { gpus, problems } = parseGpuCsv(gpuText);
  return {
    gpus: gpus.map((gpu) =>
      Object.assign({}, gpu, { processes: processes.filter(({ gpuUuid }) => gpuUuid === gpu.uuid) }),
    ),
    problems,
  };
}

const run = promisify(execFile);

async function runNvidiaSmi(args: readonly string[], options: NvidiaSmiOptions): Promise<string> {
  const { signal, command = "nvidia-smi", timeout = 10_000 } = options;
  try {
    const { stdout } = await run(command, [...args], {
      timeout,
      killSignal: "SIGKILL",
      maxBuffer: 32 * 1024 * 1024,
      ...(signal !== undefined && { signal }),
    });
    return stdout;
  } catch (error) {
    throw explain(error, { command, timeout });
  }
}

function isEmpty(output: string): boolean {
  return /^\s*no devices were found/i.test(output);
}

function explain(error: unknown, { command, timeout }: { command: string; timeout: number }): unknown {
  if (!(error instanceof Error) || error.name === "AbortError") return error;
  if (hasErrno(error, "ENOENT", "EACCES")) {
    return new EvalhError("E_MISSING_DEPENDENCY", `${command} cannot be run`, {
      cause: error,
      hint: "install the NVIDIA driver, or run on a machine with a GPU",
    });
  }
  const { stdout, stderr, killed } = error as Error & { stdout?: string; stderr?: string; killed?: boolean };
  if (killed === true) {
    return new EvalhError("E_BACKEND", `${command} did not answer within ${timeout} ms`, {
      cause: error,
      hint: "a GPU may be lost: see dmesg",
    });
  }
  // It complains on either stream, and ends with 2 for a field it does not know, with 9 without a driver.
  const complaint = [stdout, stderr].map((text) => text?.trim() ?? "").find((text) => text !== "") ?? messageOf(error);
  if (/couldn't communicate with the nvidia driver|driver\/library version mismatch/i.test(complaint)) {
    return new EvalhError("E_MISSING_DEPENDENCY", firstLine(complaint), {
      cause: error,
      hint: "load the NVIDIA driver, or reboot after its update",
    });
  }
  return new EvalhError("E_BACKEND", `${command}: ${firstLine(complaint)}`, { cause: error });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] as string;
}

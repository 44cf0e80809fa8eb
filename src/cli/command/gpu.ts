import { readFile } from "node:fs/promises";

import { InvalidArgumentError, type Command } from "commander";

import { parseCaptured, type Captured } from "../../../gpu/captured.ts";
import { readGpus } from "../../../gpu/nvidia-smi.ts";
import { EvalhError, messageOf } from "../../core/errors.ts";
import { gpuTable } from "../gpu/gpu-table.ts";
import { showLiveGpus } from "../gpu/live-gpus.ts";
import { onInterrupt } from "../interrupt.ts";
import { ExitCode, type CliIo } from "../io.ts";
import type { CommandContext } from "./index.ts";

interface Options {
  readonly from?: string;
  readonly fields?: string;
  readonly json?: true;
  readonly once?: true;
  readonly interval: number;
}

export function configure(command: Command, { io, finish }: CommandContext): void {
  command
    .option(
      "--from <file>",
      "read a captured output of nvidia-smi instead: -q -x, --query-gpu, --query-compute-apps, dmon, pmon; - for stdin",
    )
    .option("--fields <names>", "with --from: the fields of a CSV without a header, separated by commas")
    .option("--interval <seconds>", "between two looks of the live table", seconds, 1)
    .option("--once", "look once, on a terminal too")
    .option("--json", "print one JSON document")
    .action(async (options: Options) => finish(await showGpus(options, io)));
}

async function showGpus(options: Options, io: CliIo): Promise<number> {
  if (options.from !== undefined) {
    const captured = await readCaptured(options.from, options.fields);
    return print(captured, options, io);
  }
  if (io.stdout.isTTY === true && options.once !== true && options.json !== true) {
    using interrupt = onInterrupt({ ...io, stderr: io.stdout }, null);
    const shown = await showLiveGpus(io, { interval: options.interval * 1000, signal: interrupt.stop });
    return shown === null ? noTool(io, options, "nvidia-smi cannot be run") : ExitCode.pass;
  }
  try {
    const { gpus, problems } = await readGpus();
    return print({ format: "xml", gpus, processes: [], rows: [], problems }, options, io);
  } catch (error) {
    // A machine without a GPU is no failure; one whose tool hangs or fails is.
    if (error instanceof EvalhError && error.code === "E_MISSING_DEPENDENCY") return noTool(io, options, error.message);
    throw error;
  }
}

function noTool(io: CliIo, { json }: Options, why: string): number {
  const problem = `there is no GPU to look at: ${why}`;
  if (json === true) io.stdout.write(`${JSON.stringify({ ...documentOf(nothing), problems: [problem] }, null, 2)}\n`);
  else io.stdout.write(`${problem}\n`);
  return ExitCode.pass;
}

const nothing: Captured = { format: "none", gpus: [], processes: [], rows: [], problems: [] };

async function readCaptured(file: string, fields: string | undefined): Promise<Captured> {
  let text: string;
  try {
    text = await readFile(file === "-" ? "/dev/stdin" : file, "utf8");
  } catch (error) {
    throw new EvalhError("E_USAGE", `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
  try {
    return parseCaptured(text, fields === undefined ? {} : { fields: fields.split(",").map((name) => name.trim()) });
  } catch (error) {
    if (!(error instanceof EvalhError)) throw error;
    const { hint } = error;
    throw new EvalhError("E_USAGE", error.message, {
      place: { file },
      cause: error,
      ...(hint !== undefined && { hint }),
    });
  }
}

/** Exit code 3 where the tool told of nothing but trouble. */
function print(captured: Captured, { json }: Options, io: CliIo): number {
  const { gpus, processes, rows, problems } = captured;
  if (json === true) {
    io.stdout.write(`${JSON.stringify(documentOf(captured), null, 2)}\n`);
  } else {
    io.stdout.write(processes.length > 0 && gpus.length === 0 ? processList(captured) : gpuTable({ gpus, problems }));
  }
  const isEmpty = gpus.length === 0 && processes.length === 0 && rows.length === 0;
  return isEmpty && problems.length > 0 ? ExitCode.incomplete : ExitCode.pass;
}

function processList({ processes }: Captured): string {
  return processes
    .map(({ gpu, gpuUuid, pid, memory, name }) => {
      const where = gpu === null ? (gpuUuid ?? "?") : `GPU ${gpu}`;
      return `${where}  pid ${pid}  ${memory === null ? "–" : `${memory} MiB`}  ${name ?? "?"}\n`;
    })
    .join("");
}

function documentOf(captured: Captured): Readonly<Record<string, unknown>> {
  const { format, ...told } = captured;
  return { format: "evalh-gpu/1", source: format, ...(snakeCase(told) as object) };
}

/** Keys as scripts get them everywhere: gpu_utilization, not gpuUtilization. */
function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => snakeCase(each));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(inner),
    ]),
  );
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0.1 && value <= 3600)) throw new InvalidArgumentError("seconds from 0.1 to 3600 are needed");
  return value;
}

import { startLoop } from "../../../gpu/loop.ts";
import { parseNvidiaSmiXml } from "../../../gpu/nvidia-smi-xml.ts";
import { messageOf } from "../../core/errors.ts";
import type { CliIo } from "../io.ts";
import { gpuTable } from "./gpu-table.ts";

/** A document of eight GPUs has some 400 kB; one that goes on without end is given up. */
const MAX_DOCUMENT = 16 * 1024 * 1024;

/** Redraws the table with every look, until stopped. Null without nvidia-smi. */
export async function showLiveGpus(
  io: CliIo,
  { interval, signal }: { readonly interval: number; readonly signal: AbortSignal },
): Promise<true | null> {
  let document = "";
  let problem = "";
  using loop = await startLoop({
    args: ["-q", "-x"],
    interval,
    onProblem: (message) => {
      problem = message;
      io.stderr.write(`warning: ${message}\n`);
    },
    onLine: (line) => {
      document = line.startsWith("<?xml") ? line : `${document}\n${line}`.slice(-MAX_DOCUMENT);
      if (!line.includes("</nvidia_smi_log>")) return false;
      const note = problem === "" ? "" : `warning: ${problem}\n`;
      io.stdout.write(`\u001B[H\u001B[2J${tableOf(document)}${note}\nCtrl-C ends\n`);
      document = "";
      return true;
    },
  });
  if (loop === null) return null;
  // The loop itself keeps nothing alive.
  const alive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  clearInterval(alive);
  return true;
}

function tableOf(document: string): string {
  try {
    return gpuTable(parseNvidiaSmiXml(document));
  } catch (error) {
    return `warning: ${messageOf(error)}\n`;
  }
}

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

/** What one whole process used. */
export interface Usage {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  readonly stdout: string;
}

/**
 * Runs a program to its end and reads what the kernel counted for it, by GNU time's own means: a shell that reports the
 * children it waited for. Peak memory comes from polling /proc, which misses peaks shorter than the poll.
 */
export async function measure(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string } = {},
): Promise<Usage> {
  const script = 'TIMEFORMAT="evalh-bench %R %U %S"; time "$@"';
  const child = spawn("bash", ["-c", script, "bash", program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  let peakKilobytes = 0;
  const poll = setInterval(() => {
    peakKilobytes = Math.max(peakKilobytes, peakOfChildren(child.pid ?? 0));
  }, 20);
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearInterval(poll);
  const times = /evalh-bench ([\d.]+) ([\d.]+) ([\d.]+)/.exec(stderr);
  if (times === null || code !== 0) throw new Error(`${program} ${args.join(" ")} exited ${code}:\n${stderr}`);
  const [wall = 0, user = 0, system = 0] = times.slice(1).map(Number);
  return { wallSeconds: wall, cpuSeconds: user + system, peakMegabytes: peakKilobytes / 1024, stdout };
}

/** VmHWM of the shell's child, kB; 0 when it is gone or there is no /proc. */
function peakOfChildren(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return Math.max(
      0,
      ...children
        .filter((child) => child !== "")
        .map((child) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, "utf8"))?.[1] ?? 0)),
    );
  } catch {
    return 0;
  }
}

/** The machine in words, without its name. */
export function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model ?? "CPU"}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, ${process.platform}`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

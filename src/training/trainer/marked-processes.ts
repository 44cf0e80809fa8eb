import { readdir, readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

/** Environment variable that every process of a training inherits, whatever group or session it puts itself into. */
export const MARK = "EVALH_TRAINER";

const POLL_MS = 100;

/** Ids of the running processes that carry a mark. Empty where there is no /proc (not Linux). */
export async function markedProcesses(mark: string): Promise<number[]> {
  const wanted = `${MARK}=${mark}`;
  const found: number[] = [];
  for (const name of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/u.test(name)) continue;
    try {
      const [environment, stat] = await Promise.all([
        readFile(`/proc/${name}/environ`, "utf8"),
        readFile(`/proc/${name}/stat`, "utf8"),
      ]);
      const isZombie = stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
      if (!isZombie && environment.split("\0").includes(wanted)) found.push(Number(name));
    } catch {
      // Gone meanwhile, or another user's.
    }
  }
  return found;
}

/**
 * Waits until no marked process runs, and ends what does after a while: launchers like torchrun put their workers into
 * sessions of their own, where no signal to the launcher's group reaches them.
 * @param patience milliseconds before SIGTERM, and again before SIGKILL
 * @returns how many had to be ended
 */
export async function endMarked(mark: string, patience: number): Promise<number> {
  const ended = new Set<number>();
  for (const signal of [null, "SIGTERM", "SIGKILL"] as const) {
    for (const pid of signal === null ? [] : await markedProcesses(mark)) {
      send(pid, signal ?? "SIGTERM");
      ended.add(pid);
    }
    const deadline = performance.now() + patience;
    do {
      if ((await markedProcesses(mark)).length === 0) return ended.size;
      await wait(POLL_MS);
    } while (performance.now() < deadline);
  }
  return ended.size;
}

/** Signals a process, or with a negative id a group, that may be gone. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

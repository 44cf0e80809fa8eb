import { stat } from "node:fs/promises";
import { resolve } from "node:path";

import { EvalhError } from "../../core/errors.ts";
import { trainingFiles } from "../../training/trainer/command-line.ts";
import { send } from "../../training/trainer/marked-processes.ts";
import { writeStopFile } from "../../training/trainer/stop-file.ts";
import { runningTrainer } from "../../training/trainer/trainer-process.ts";
import type { WatchedTrainer } from "./watch-run.ts";

const LOOK_MS = 1000;

/**
 * A trainer that evalh did not start, or started in another process that has gone. One of evalh's own is known by its
 * process; of any other only its files tell.
 * @throws EvalhError E_USAGE if the named process does not exist
 */
export async function foreignTrainer(
  output: string,
  { stopFile, pid }: { readonly stopFile: string | null; readonly pid: number | null },
): Promise<WatchedTrainer> {
  if (pid !== null && !isRunning(pid)) throw new EvalhError("E_USAGE", `there is no process ${pid}`);
  const own = await runningTrainer(output);
  const isOurs = own !== null || (await stat(trainingFiles.console(output)).catch(() => null)) !== null;
  let isOver = isOurs && own === null;
  const timer = setInterval(() => {
    if (isOurs) void runningTrainer(output).then((found) => (isOver = found === null));
    else if (pid !== null) isOver = !isRunning(pid);
  }, LOOK_MS);
  timer.unref();
  const way: StopWay | null =
    stopFile !== null
      ? { file: resolve(stopFile) }
      : pid !== null
        ? { pid, signal: "SIGTERM" }
        : own === null
          ? null
          : own.stopFile === null
            ? { pid: -own.pid, signal: own.stopSignal }
            : { file: own.stopFile };
  return {
    isOver: () => isOver,
    failure: () => null,
    stop: way === null ? null : (reason) => ask(reason, way),
    own: null,
  };
}

/** A file that the trainer looks for, or a signal to a process (a group, if negative). */
type StopWay = { readonly file: string } | { readonly pid: number; readonly signal: NodeJS.Signals };

async function ask(reason: string, way: StopWay): Promise<void> {
  if ("pid" in way) {
    send(way.pid, way.signal);
    return;
  }
  await writeStopFile(way.file, { reason, save: false });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

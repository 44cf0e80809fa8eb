import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { EvalhError } from "../../core/errors.ts";
import { trainingFiles } from "../../training/trainer/command-line.ts";
import { send } from "../../training/trainer/marked-processes.ts";
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
  const file = stopFile === null ? (own === null ? null : trainingFiles.stop(output)) : resolve(stopFile);
  return {
    isOver: () => isOver,
    failure: () => null,
    stop: file === null && pid === null ? null : (reason) => ask(reason, file, pid),
    own: null,
  };
}

async function ask(reason: string, file: string | null, pid: number | null): Promise<void> {
  if (file === null) {
    if (pid !== null) send(pid, "SIGTERM");
    return;
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify({ reason, save: false })}\n`);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import type { ErrorInfo } from "../../core/errors.ts";
import { complaintOf, startTrainer, type TrainerExit } from "../../training/trainer/trainer-process.ts";
import { send } from "../../training/trainer/marked-processes.ts";
import type { Interrupt } from "../interrupt.ts";
import type { CliIo } from "../io.ts";
import type { WatchedTrainer } from "../watch/watch-run.ts";
import type { TrainingPlan } from "./training-plan.ts";

/** One that hangs is not likely to listen. */
const HUNG_POLITE_MS = 3_000;

/**
 * Starts the trainer of a plan. The first signal to evalh asks it to save and stop, the second ends it with evalh. It
 * goes on if evalh is killed: a training is worth more than its watcher.
 */
export async function startOwnTrainer(
  { spec, command }: TrainingPlan,
  { interrupt, io, say }: { readonly interrupt: Interrupt; readonly io: CliIo; readonly say: (text: string) => void },
): Promise<WatchedTrainer & Disposable> {
  const trainer = await startTrainer({ command, output: spec.output, env: { ...io.env, ...spec.env } });
  say(`training as process ${trainer.pid}`);
  let exit: TrainerExit | null = null;
  let isAsked = false;
  let givenUp: string | null = null;
  const exited = trainer.exited.then((end) => {
    exit = end;
    if (end.orphans > 0) say(`${end.orphans} processes that the trainer left behind were ended`);
    return end;
  });
  const stop = (reason: string, save: boolean): Promise<TrainerExit> => {
    isAsked = true;
    return trainer.stop({ reason, save });
  };
  const onInterrupt = (): void => {
    void stop("interrupted", true);
  };
  if (interrupt.stop.aborted) onInterrupt();
  else interrupt.stop.addEventListener("abort", onInterrupt, { once: true });
  const endWithUs = (): void => {
    if (exit === null) send(-trainer.pid, "SIGTERM");
  };
  process.once("exit", endWithUs);
  return {
    isOver: () => exit !== null,
    failure: () => {
      if (givenUp !== null) return { code: "E_TRAINER", message: givenUp };
      return exit === null || isAsked ? null : failureOf(exit);
    },
    stop: (reason) => stop(reason, false),
    own: {
      settled: () => exited,
      giveUp: (why) => {
        givenUp = why;
        return trainer.stop({ reason: why, save: false, politeMs: HUNG_POLITE_MS });
      },
    },
    [Symbol.dispose]() {
      process.off("exit", endWithUs);
      interrupt.stop.removeEventListener("abort", onInterrupt);
    },
  };
}

function failureOf(exit: TrainerExit): ErrorInfo | null {
  return exit.code === 0 ? null : { code: "E_TRAINER", message: complaintOf(exit) };
}

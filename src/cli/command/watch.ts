import { stat } from "node:fs/promises";
import { relative, resolve } from "node:path";

import type { Command } from "commander";

import { EvalhError } from "../../core/errors.ts";
import { loadSuite } from "../../suite/load.ts";
import type { Suite } from "../../suite/suite.ts";
import { onInterrupt } from "../interrupt.ts";
import type { CliIo } from "../io.ts";
import { locateSuite } from "../locate-suite.ts";
import { chooseModel, onDevice } from "../watch/choose-model.ts";
import { foreignTrainer } from "../watch/foreign-trainer.ts";
import { runToResume } from "../watch/resume-run.ts";
import { addWatchOptions, positiveNumber, pythonOf, watchSettings, type WatchFlags } from "../watch/watch-options.ts";
import { watchRun } from "../watch/watch-run.ts";
import type { CommandContext } from "./index.ts";

interface Options extends WatchFlags {
  readonly suite: string;
  readonly log?: string;
  readonly once?: true;
  readonly idle: number;
  readonly stopFile?: string;
  readonly stopPid?: number;
}

export function configure(command: Command, { io, finish }: CommandContext): void {
  addWatchOptions(
    command
      .argument("<output_dir>", "the folder that a trainer saves its checkpoints in")
      .option("--suite <suite>", "what to ask each checkpoint", "suite.yaml")
      .option("--log <path>", "the training's log, a file or folder (default: as the suite says, or the output folder)")
      .option("--once", "evaluate what is there, and end")
      .option("--idle <seconds>", "end after so long without anything new", positiveNumber, 3600)
      .option("--stop-file <path>", "file that asks the trainer to stop; with --stop-on")
      .option("--stop-pid <pid>", "process to send SIGTERM instead; with --stop-on", positiveNumber)
      .option("--resume [run]", "continue a run: its name, its folder, or the newest"),
  ).action(async (output: string, options: Options) => finish(await watch(output, options, io)));
}

async function watch(wanted: string, options: Options, io: CliIo): Promise<number> {
  const output = resolve(wanted);
  if (options.once === true && (await stat(output).catch(() => null)) === null) {
    throw new EvalhError("E_USAGE", `there is no folder ${wanted}`, { hint: "name the trainer's output folder" });
  }
  const suite = await loadSuite(await locateSuite(options.suite), { allowOutside: options.allowOutside === true });
  const model = await onDevice(chooseModel(suite, { output, name: options.model ?? null }), options.device);
  const trainer = await foreignTrainer(output, { stopFile: options.stopFile ?? null, pid: options.stopPid ?? null });
  if (options.stopOn !== undefined && options.stopOn.size > 0 && trainer.stop === null) {
    throw new EvalhError("E_USAGE", "--stop-on needs a way to stop this trainer", {
      hint: "name a file that it looks for with --stop-file, or its process with --stop-pid",
    });
  }
  const resume = await runToResume(options.resume, { suite, root: options.output });
  const python = pythonOf(options, io.env);
  const own: CliIo = python === null ? io : { ...io, env: { ...io.env, EVALH_PYTHON: python } };
  using interrupt = onInterrupt(io);
  const settings = watchSettings(options, {
    idle: options.idle * 1000,
    once: options.once === true,
    stopOn: new Set(),
  });
  return await watchRun(
    {
      ...settings,
      suite,
      model,
      output,
      log: options.log === undefined ? logOf(suite, output) : resolve(options.log),
      resume,
      resumeCommand: `evalh watch ${relative(process.cwd(), output) || "."} --suite ${options.suite} --resume`,
      startTrainer: () => Promise.resolve(trainer),
    },
    interrupt,
    own,
  );
}

/** Where the suite says that the log of this very training is; otherwise it is looked for beside the checkpoints. */
function logOf({ training }: Suite, output: string): string {
  return training?.trainer?.output === output ? training.log : output;
}

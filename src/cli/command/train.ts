import type { Command } from "commander";

import { findPython } from "../../backend/python.ts";
import { loadSuite } from "../../suite/load.ts";
import { describePlan, planText } from "../train/describe-plan.ts";
import { startOwnTrainer } from "../train/own-trainer.ts";
import { planTraining, writeInputs } from "../train/training-plan.ts";
import { refuseSecond } from "../../training/trainer/trainer-process.ts";
import { onInterrupt } from "../interrupt.ts";
import { ExitCode, type CliIo } from "../io.ts";
import { locateSuite } from "../locate-suite.ts";
import { chooseModel, onDevice } from "../watch/choose-model.ts";
import { runToResume } from "../watch/resume-run.ts";
import { addWatchOptions, positiveNumber, pythonOf, watchSettings, type WatchFlags } from "../watch/watch-options.ts";
import { watchRun } from "../watch/watch-run.ts";
import type { CommandContext } from "./index.ts";

interface Options extends WatchFlags {
  readonly dryRun?: true;
  readonly idle: number;
}

export function configure(command: Command, { io, finish }: CommandContext): void {
  addWatchOptions(
    command
      .argument("<suite>", "a suite file or a folder with a suite.yaml whose `training` names a trainer")
      .option(
        "--resume [run]",
        "go on from the last complete checkpoint, into a run: its name, its folder, or the newest",
      )
      .option("--idle <seconds>", "end a trainer that logs and saves nothing for so long", positiveNumber, 7200)
      .option("--dry-run", "show what would be started; start nothing"),
  ).action(async (suite: string, options: Options) => finish(await train(suite, options, io)));
}

async function train(wanted: string, options: Options, io: CliIo): Promise<number> {
  const file = await locateSuite(wanted);
  const suite = await loadSuite(file, { allowOutside: options.allowOutside === true });
  const python = pythonOf(options, io.env) ?? findPython((name) => io.env[name]);
  const plan = await planTraining(suite, {
    resume: options.resume !== undefined,
    python,
    allowCode: options.allowCode === true || options.dryRun === true,
  });
  if (options.dryRun === true) {
    const described = await describePlan(plan);
    io.stdout.write(options.json === true ? `${JSON.stringify(described, null, 2)}\n` : planText(described));
    return ExitCode.pass;
  }
  const { output } = plan.spec;
  // Before a run is begun; the start itself looks once more.
  await refuseSecond(output);
  const model = await onDevice(chooseModel(suite, { output, name: options.model ?? null }), options.device);
  const resume = await runToResume(options.resume, { suite, root: options.output });
  const own: CliIo = { ...io, env: { ...io.env, EVALH_PYTHON: python } };
  using interrupt = onInterrupt(io, "stopping: the trainer saves first; once more ends both at once");
  using stack = new DisposableStack();
  const settings = watchSettings(options, {
    idle: options.idle * 1000,
    once: false,
    stopOn: new Set(["overfit", "diverged"]),
  });
  return await watchRun(
    {
      ...settings,
      suite,
      model,
      output,
      log: plan.training.log,
      resume,
      resumeCommand: `evalh train ${wanted}${options.allowCode === true ? " --allow-code" : ""} --resume`,
      startTrainer: async (say) => {
        const rows = await writeInputs(plan);
        if (rows !== null) say(`${rows.train} rows to learn from, ${rows.validation} for validation`);
        if (plan.from !== null) say(`going on from ${plan.from.name}`);
        return stack.use(await startOwnTrainer(plan, { interrupt, io, say }));
      },
    },
    interrupt,
    own,
  );
}

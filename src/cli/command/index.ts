import type { Command } from "commander";

import type { CliIo } from "../io.ts";

export interface CommandContext {
  readonly io: CliIo;
  /** Sets the exit code of a command that ends in an orderly way. */
  readonly finish: (exitCode: number) => void;
}

/** One file of this folder: adds arguments, options and the action. */
export interface CommandModule {
  configure(command: Command, context: CommandContext): void;
}

interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** Every command, in the order of `--help`. Only the one that is called is loaded. */
export const commands = {
  run: { summary: "evaluate a suite's checkpoints and compare them", load: () => import("./run.ts") },
  compare: { summary: "compare the checkpoints of a finished run", load: () => import("./compare.ts") },
  report: { summary: "write the report of a run: html, json, markdown, csv", load: () => import("./report.ts") },
  score: { summary: "judge a run's stored answers again, without inference", load: () => import("./score.ts") },
  runs: { summary: "list the runs on disk", load: () => import("./runs.ts") },
  diagnose: { summary: "say from a training log whether it overfits", load: () => import("./diagnose.ts") },
  init: { summary: "write a commented suite for your data and checkpoints", load: () => import("./init.ts") },
  validate: { summary: "check a suite and show every mistake at once", load: () => import("./validate.ts") },
  judges: { summary: "list the judges, or explain one", load: () => import("./judges.ts") },
  doctor: { summary: "check what evalh can use on this machine", load: () => import("./doctor.ts") },
} satisfies Record<string, CommandEntry>;

export type CommandName = keyof typeof commands;

import type { Command } from "commander";

import type { CliIo } from "../io.ts";

export interface CommandContext {
  readonly io: CliIo;
  /** Sets the exit code of a command that ends in an orderly way. */
  readonly finish: (exitCode: number) => void;
  /** The program with every command's arguments and options, which loads all of them. */
  readonly wholeProgram: () => Promise<Command>;
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
  train: {
    summary: "start a suite's training, evaluate each checkpoint, stop when it overfits",
    load: () => import("./train.ts"),
  },
  watch: { summary: "evaluate the checkpoints of a training as they appear", load: () => import("./watch.ts") },
  compare: { summary: "compare the checkpoints of a finished run, or two runs", load: () => import("./compare.ts") },
  tui: { summary: "look at a run in the terminal: progress, comparison, samples", load: () => import("./tui.ts") },
  report: {
    summary: "write the report of a run: html, markdown, junit, github-summary and more",
    load: () => import("./report.ts"),
  },
  view: {
    summary: "look at a run in the browser, of any size, also while it goes on",
    load: () => import("./view.ts"),
  },
  gate: { summary: "hold a finished run against the suite's gates", load: () => import("./gate.ts") },
  baseline: { summary: "show or update what gates compare with", load: () => import("./baseline.ts") },
  history: { summary: "how a committed baseline developed, with change points", load: () => import("./history.ts") },
  score: { summary: "judge a run's stored answers again, without inference", load: () => import("./score.ts") },
  sacrebleu: { summary: "score text files as sacrebleu does, with its flags", load: () => import("./sacrebleu.ts") },
  import: { summary: "make a run of results of other programs", load: () => import("./import.ts") },
  "import-task": {
    summary: "make a suite of task files of lm-evaluation-harness",
    load: () => import("./import-task.ts"),
  },
  runs: { summary: "list the runs on disk", load: () => import("./runs.ts") },
  diagnose: { summary: "say from a training log whether it overfits", load: () => import("./diagnose.ts") },
  init: { summary: "write a commented suite for your data and checkpoints", load: () => import("./init.ts") },
  validate: { summary: "check a suite and show every mistake at once", load: () => import("./validate.ts") },
  prompt: {
    summary: "show what a checkpoint is really asked: text, tokens, and what seems wrong with them",
    load: () => import("./prompt.ts"),
  },
  judges: { summary: "list the judges, or explain one", load: () => import("./judges.ts") },
  human: { summary: "have people judge answers, and analyse what they say", load: () => import("./human.ts") },
  data: { summary: "check, clean and compare datasets", load: () => import("./data.ts") },
  bench: { summary: "measure how fast a server answers, under growing load", load: () => import("./bench.ts") },
  cache: { summary: "show or clear the answers kept across runs", load: () => import("./cache.ts") },
  gpu: { summary: "look at the GPUs, or read a captured nvidia-smi output", load: () => import("./gpu.ts") },
  doctor: { summary: "check what evalh can use on this machine", load: () => import("./doctor.ts") },
  completion: {
    summary: "print a script that completes commands and options in your shell",
    load: () => import("./completion.ts"),
  },
} satisfies Record<string, CommandEntry>;

import { join } from "node:path";

import type { JsonObject } from "../../core/json.ts";
import { shippedFile } from "../../core/shipped-file.ts";
import type { CommandTrainerSpec, HfTrainerSpec, Launcher } from "./spec.ts";

/** Where evalh keeps what belongs to a training, below its output folder. */
export const trainingFiles = {
  folder: (output: string): string => join(output, "evalh"),
  config: (output: string): string => join(output, "evalh", "config.json"),
  train: (output: string): string => join(output, "evalh", "train.jsonl"),
  validation: (output: string): string => join(output, "evalh", "validation.jsonl"),
  /** One line a log entry, as our trainer writes them. */
  log: (output: string): string => join(output, "evalh", "log.jsonl"),
  /** What the trainer prints. */
  console: (output: string): string => join(output, "evalh", "console.log"),
  stop: (output: string): string => join(output, "evalh", "stop"),
  /** Which process trains. */
  process: (output: string): string => join(output, "evalh", "process.json"),
  /** The checkpoint to ship. */
  ship: (output: string): string => join(output, "evalh", "ship"),
};

/** A program as an argument array: no shell ever sees it. */
export interface TrainerCommand {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** File that asks it to stop; null if a signal does. */
  readonly stopFile: string | null;
  readonly stopSignal: NodeJS.Signals;
}

/** The Hugging Face Trainer through its launcher; its settings go by a file (see `hfConfig`). */
export function hfCommand(
  spec: HfTrainerSpec,
  { python, cwd }: { readonly python: string; readonly cwd: string },
): TrainerCommand {
  const program = [shippedFile("gpu/python/train.py", import.meta.url), trainingFiles.config(spec.output)];
  return {
    argv: [python, ...launcherArguments(spec.launcher), ...program],
    cwd,
    stopFile: trainingFiles.stop(spec.output),
    stopSignal: "SIGTERM",
  };
}

/** Launchers are started as modules of the chosen Python, so that they never come from another installation. */
function launcherArguments({ name, processes, config }: Launcher): string[] {
  switch (name) {
    case "python":
      return [];
    case "torchrun":
      return ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", String(processes)];
    case "accelerate": {
      const file = config === undefined ? [] : ["--config_file", config];
      return ["-m", "accelerate.commands.launch", ...file, "--num_processes", String(processes)];
    }
    case "deepspeed":
      return ["-m", "deepspeed.launcher.runner", "--num_gpus", String(processes)];
    default:
      return name satisfies never;
  }
}

export interface HfRunOptions {
  /** JSONL of prompt and target. */
  readonly train: string;
  readonly validation: string | null;
  readonly targetDelimiter: string;
  readonly seed: number;
  /** Checkpoint to go on from. */
  readonly resume: string | null;
  /** Folder, or name on the Hub. */
  readonly baseModel: string;
}

/** What gpu/python/train.py reads. */
export function hfConfig(spec: HfTrainerSpec, run: HfRunOptions): JsonObject {
  return {
    base_model: run.baseModel,
    output: spec.output,
    train: run.train,
    validation: run.validation,
    target_delimiter: run.targetDelimiter,
    loss_on: spec.lossOn,
    max_length: spec.maxLength,
    seed: run.seed,
    arguments: spec.arguments,
    lora: spec.lora,
    quantization: spec.quantization,
    early_stopping: spec.earlyStopping === null ? null : { ...spec.earlyStopping },
    save_initial: spec.saveInitial,
    resume: run.resume,
    stop_file: trainingFiles.stop(spec.output),
    log_file: trainingFiles.log(spec.output),
  };
}

/** Any other trainer, with its placeholders filled. */
export function otherCommand(spec: CommandTrainerSpec, resume: string | null): TrainerCommand {
  const added = resume === null ? [] : (spec.resume ?? []);
  const [program = "", ...rest] = [...spec.command, ...added].map((argument) =>
    argument.replaceAll("{output}", spec.output).replaceAll("{checkpoint}", resume ?? ""),
  );
  return { argv: [program, ...rest], cwd: spec.cwd, stopFile: spec.stopFile, stopSignal: spec.stopSignal };
}

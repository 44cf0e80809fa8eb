import type { DatasetSpec } from "../dataset/spec.ts";
import type { RawDataset, RawTraining, RawTrainingData } from "./raw-suite.ts";
import { pointerTo } from "./source-document.ts";
import type { Place } from "../core/errors.ts";
import { trainingFiles } from "../training/trainer/command-line.ts";
import type { CommandTrainerSpec, HfTrainerSpec, Launcher, TrainerSpec } from "../training/trainer/spec.ts";
import type { SuiteTraining, TrainingData } from "./training.ts";

interface Surroundings {
  readonly path: (path: string) => string;
  readonly place: (pointer: string) => Place;
  readonly dataset: (raw: string | RawDataset) => DatasetSpec;
}

/** A suite's `training` with its defaults. */
export function normaliseTraining(raw: RawTraining, around: Surroundings): SuiteTraining {
  const trainer = trainerOf(raw, around);
  return {
    log: around.path(raw.log ?? logOf(raw)),
    ...(raw.data !== undefined && { data: dataOf(raw.data, around) }),
    ...(trainer !== null && { trainer }),
  };
}

/** Our own trainer writes every entry at once; of another, the output folder is searched. */
function logOf({ trainer, output = "." }: RawTraining): string {
  return trainer === "hf-trainer" ? trainingFiles.log(output) : output;
}

function dataOf(raw: string | RawTrainingData, around: Surroundings): TrainingData {
  if (typeof raw === "string") return { train: around.dataset(raw), targetDelimiter: " " };
  const template = (text: string, key: string) => ({ text, place: around.place(pointerTo("/training/data", key)) });
  return {
    train: around.dataset(raw.train),
    ...(raw.validation !== undefined && { validation: around.dataset(raw.validation) }),
    ...(raw.prompt !== undefined && { prompt: template(raw.prompt, "prompt") }),
    ...(raw.target !== undefined && { target: template(raw.target, "target") }),
    targetDelimiter: raw.target_delimiter ?? " ",
  };
}

function trainerOf(raw: RawTraining, around: Surroundings): TrainerSpec | null {
  if (raw.trainer === "hf-trainer") return hfTrainer(raw, around);
  return raw.trainer === "command" ? commandTrainer(raw, around) : null;
}

function base(raw: RawTraining, { path }: Surroundings): Pick<TrainerSpec, "output" | "env"> {
  return { output: path(raw.output ?? "."), env: raw.env ?? {} };
}

function hfTrainer(raw: RawTraining, around: Surroundings): HfTrainerSpec {
  const { early_stopping: stopping } = raw;
  return {
    ...base(raw, around),
    kind: "hf-trainer",
    baseModel: raw.base_model ?? "",
    launcher: launcherOf(raw.launcher ?? "python", around.path),
    arguments: raw.arguments ?? {},
    lora: raw.lora ?? null,
    quantization: raw.quantization ?? null,
    earlyStopping:
      stopping === undefined ? null : { patience: stopping.patience ?? 3, threshold: stopping.threshold ?? 0 },
    maxLength: raw.max_length ?? 512,
    lossOn: raw.loss_on ?? "target",
    saveInitial: raw.save_initial ?? true,
  };
}

function commandTrainer(raw: RawTraining, around: Surroundings): CommandTrainerSpec {
  return {
    ...base(raw, around),
    kind: "command",
    command: raw.command ?? [],
    resume: raw.resume ?? null,
    cwd: around.path(raw.cwd ?? "."),
    stopFile: raw.stop_file === undefined ? null : around.path(raw.stop_file),
    stopSignal: raw.stop_signal ?? "SIGINT",
  };
}

function launcherOf(raw: NonNullable<RawTraining["launcher"]>, path: Surroundings["path"]): Launcher {
  if (typeof raw === "string") return { name: raw, processes: 1 };
  const { name, processes = 1, config } = raw;
  return { name, processes, ...(config !== undefined && { config: path(config) }) };
}

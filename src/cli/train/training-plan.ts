import { stat, mkdir } from "node:fs/promises";
import { relative, resolve } from "node:path";

import { EvalhError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { writeTrainingRows } from "../../run/training-rows.ts";
import { writeAtomically } from "../../run/store/run-folder.ts";
import type { Suite } from "../../suite/suite.ts";
import type { SuiteTraining, TrainingData } from "../../suite/training.ts";
import type { DiscoveredCheckpoint } from "../../training/index.ts";
import {
  hfCommand,
  hfConfig,
  otherCommand,
  trainingFiles,
  type TrainerCommand,
} from "../../training/trainer/command-line.ts";
import { checkpointsIn, lastResumable } from "../../training/trainer/resume.ts";
import type { HfTrainerSpec, TrainerSpec } from "../../training/trainer/spec.ts";

/** What `evalh train` is about to do. Nothing is written yet. */
export interface TrainingPlan {
  readonly spec: TrainerSpec;
  readonly training: SuiteTraining;
  readonly command: TrainerCommand;
  /** What gpu/python/train.py will read; null for another trainer. */
  readonly config: JsonObject | null;
  /** Checkpoint to go on from. */
  readonly from: DiscoveredCheckpoint | null;
  /** Complete checkpoints that lie in the output folder already. */
  readonly present: readonly DiscoveredCheckpoint[];
}

interface PlanOptions {
  readonly resume: boolean;
  readonly python: string;
  readonly allowCode: boolean;
}

/** Environment variables that decide how a training runs, but not what code it runs. */
const HARMLESS_ENVIRONMENT =
  /^(?:CUDA_VISIBLE_DEVICES|(?:NCCL|OMP|MKL|GLOO|TOKENIZERS|PYTORCH)_\w+|HF_HUB_OFFLINE|TRANSFORMERS_OFFLINE|WANDB_(?:MODE|PROJECT))$/u;

/**
 * Decides what to start.
 * @throws EvalhError E_USAGE if the suite names no trainer, or would start a program without leave; if there is a training
 * in the output folder already and it is not to be resumed
 */
export async function planTraining(suite: Suite, options: PlanOptions): Promise<TrainingPlan> {
  const { training } = suite;
  const spec = training?.trainer;
  if (training == null || spec === undefined) {
    throw new EvalhError("E_USAGE", `the suite ${suite.name} names no trainer`, {
      place: { file: suite.file },
      hint: "write `training: { trainer: hf-trainer, … }` or `trainer: command`; see the guide's page on training",
    });
  }
  checkLeave(spec, options, suite.file);
  const present = (await checkpointsIn(spec.output)).filter(({ complete }) => complete);
  const from = options.resume ? await lastResumable(spec.kind, spec.output) : null;
  if (!options.resume && present.length > 0) throw alreadyThere(spec.output, present);
  const common = { spec, training, from, present };
  if (spec.kind === "command") return { ...common, command: otherCommand(spec, from?.path ?? null), config: null };
  return {
    ...common,
    command: hfCommand(spec, { python: options.python, cwd: suite.folder }),
    config: await configOf(spec, suite, from),
  };
}

async function configOf(spec: HfTrainerSpec, suite: Suite, from: DiscoveredCheckpoint | null): Promise<JsonObject> {
  const data = suite.training?.data;
  return hfConfig(spec, {
    train: trainingFiles.train(spec.output),
    validation: data?.validation === undefined ? null : trainingFiles.validation(spec.output),
    targetDelimiter: data?.targetDelimiter ?? " ",
    seed: suite.seed,
    resume: from?.path ?? null,
    baseModel: await baseModelOf(spec, suite.folder),
  });
}

function checkLeave({ kind, env }: TrainerSpec, { allowCode }: PlanOptions, file: string): void {
  if (allowCode) return;
  const hint = "read what it starts (--dry-run shows it), then pass --allow-code";
  if (kind === "command") {
    throw new EvalhError("E_USAGE", "this suite would start a program of its own", { place: { file }, hint });
  }
  const name = Object.keys(env).find((each) => !HARMLESS_ENVIRONMENT.test(each));
  if (name === undefined) return;
  throw new EvalhError("E_USAGE", `this suite would set ${name}, which may decide what code runs`, {
    place: { file },
    hint,
  });
}

function alreadyThere(output: string, present: readonly DiscoveredCheckpoint[]): EvalhError {
  const where = relative(process.cwd(), output) || ".";
  return new EvalhError("E_USAGE", `${where} holds ${present.length} checkpoints of an earlier training`, {
    hint: `go on from ${present.at(-1)?.name ?? "the last"} with --resume, only evaluate them with \`evalh watch ${where} --once\`, or move them away`,
  });
}

/** A folder below the suite's where there is one, otherwise a name on the Hub. */
async function baseModelOf({ baseModel }: HfTrainerSpec, folder: string): Promise<string> {
  const path = resolve(folder, baseModel);
  return (await stat(path).catch(() => null))?.isDirectory() === true ? path : baseModel;
}

/** Rows that were written for the trainer. */
export interface WrittenRows {
  readonly train: number;
  readonly validation: number;
}

/** Writes what our trainer reads. @throws EvalhError E_DATASET, E_PROMPT, E_STORE */
export async function writeInputs({ spec, training, config }: TrainingPlan): Promise<WrittenRows | null> {
  if (config === null) return null;
  const data = training.data as TrainingData;
  await mkdir(trainingFiles.folder(spec.output), { recursive: true });
  const train = await writeTrainingRows(data, data.train, trainingFiles.train(spec.output));
  const { validation } = data;
  const held =
    validation === undefined ? 0 : await writeTrainingRows(data, validation, trainingFiles.validation(spec.output));
  await writeAtomically(trainingFiles.config(spec.output), `${JSON.stringify(config, null, 2)}\n`);
  return { train, validation: held };
}

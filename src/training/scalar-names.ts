import type { TrainingPoint } from "../core/series.ts";

type Field = Exclude<keyof TrainingPoint, "step" | "extra">;

// The names in use, lower case and with "_" for every separator; where several are present, the first counts.
const NAMES = {
  epoch: ["epoch", "train_epoch"],
  trainLoss: [
    "loss",
    "train_loss",
    "training_loss",
    "loss_train",
    "train_loss_epoch",
    "train_loss_step",
    "epoch_loss_train",
    "lm_loss",
    "train_train_loss",
    "train_samples_train_loss",
    "trainloss",
  ],
  evalLoss: [
    "eval_loss",
    "val_loss",
    "valid_loss",
    "validation_loss",
    "dev_loss",
    "loss_val",
    "loss_valid",
    "loss_validation",
    "loss_eval",
    "val_loss_epoch",
    "epoch_loss_validation",
    "evaluation_loss",
    "lm_loss_validation",
    "evalloss",
    "valloss",
    "test_loss",
  ],
  learningRate: ["learning_rate", "lr", "train_learning_rate", "train_lr", "learningrate"],
  gradNorm: ["grad_norm", "train_grad_norm", "gradient_norm", "grad_2_norm", "gradnorm"],
} as const satisfies Record<Field, readonly string[]>;

// HF evaluates several data sets as eval_<name>_loss.
const EVAL_OF_SET = /^(?:eval|val|valid|validation)_.+_loss$/;

/** The logged name of each field that was logged. */
export type FieldNames = ReadonlyMap<Field, string>;

/** Which logged name stands for which field. */
export interface NameChoice {
  readonly fields: FieldNames;
  readonly warnings: readonly string[];
}

/** Chooses the names of the fields among all that were logged. */
export function chooseNames(names: Iterable<string>): NameChoice {
  const plain = new Map<string, string>();
  for (const name of names) if (!plain.has(simplify(name))) plain.set(simplify(name), name);
  const fields = new Map<Field, string>();
  for (const field of Object.keys(NAMES) as Field[]) {
    const found = NAMES[field].find((name) => plain.has(name));
    if (found !== undefined) fields.set(field, plain.get(found) as string);
  }
  const warnings: string[] = [];
  if (!fields.has("evalLoss")) {
    const sets = [...plain.keys()].filter((name) => EVAL_OF_SET.test(name)).sort();
    if (sets[0] !== undefined) {
      const name = plain.get(sets[0]) as string;
      fields.set("evalLoss", name);
      if (sets.length > 1) warnings.push(`of ${sets.length} evaluation losses, "${name}" is taken`);
    }
  }
  return { fields, warnings };
}

function simplify(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s/.:-]+/g, "_");
}

import { oneOf, text, texts, type Schema } from "./parts.ts";
import { datasetSchema } from "./tasks.ts";

const HF_ONLY = [
  "base_model",
  "launcher",
  "arguments",
  "lora",
  "quantization",
  "early_stopping",
  "max_length",
  "loss_on",
  "save_initial",
];
const COMMAND_ONLY = ["command", "resume", "cwd", "stop_file", "stop_signal"];
/** TrainingArguments that evalh sets, or that would send the model somewhere. */
const REFUSED_ARGUMENTS = [
  "output_dir",
  "overwrite_output_dir",
  "resume_from_checkpoint",
  "push_to_hub",
  "push_to_hub_model_id",
  "push_to_hub_organization",
  "push_to_hub_token",
  "hub_model_id",
  "hub_strategy",
  "hub_token",
];

const dataSchema: Schema = {
  type: ["string", "object"],
  minLength: 1,
  required: ["train"],
  additionalProperties: false,
  description: "What the model learned from, for `evalh train` and to find answers that were learned by heart.",
  properties: {
    train: datasetSchema("Training rows."),
    validation: datasetSchema("Rows for the evaluation loss."),
    prompt: text("Jinja template of what the model reads; without it, it learns the target alone."),
    target: text("Jinja template of what it learns to write."),
    target_delimiter: { type: "string", default: " ", description: "Between prompt and target." },
  },
};

const launcherSchema: Schema = {
  type: ["string", "object"],
  if: { type: "string" },
  // oxlint-disable-next-line unicorn/no-thenable -- `then` is the JSON Schema keyword; nothing awaits a schema
  then: { enum: ["python", "torchrun", "accelerate", "deepspeed"] },
  required: ["name"],
  additionalProperties: false,
  description: "How the trainer's processes are started.",
  properties: {
    name: { type: "string", enum: ["python", "torchrun", "accelerate", "deepspeed"], description: "The launcher." },
    processes: { type: "integer", minimum: 1, maximum: 1024, default: 1, description: "Processes on this machine." },
    config: text("Configuration file for accelerate."),
  },
};

const hfProperties = {
  base_model: text("Model to fine-tune: a folder below the suite's, or a name on the Hugging Face Hub."),
  launcher: launcherSchema,
  arguments: {
    type: "object",
    properties: Object.fromEntries(REFUSED_ARGUMENTS.map((key) => [key, false])),
    description: "TrainingArguments by their own names.",
  },
  lora: { type: "object", description: "LoraConfig (PEFT) by its own names; without it all weights are trained." },
  quantization: { type: "integer", enum: [4, 8], description: "Bits that the base model is loaded with, for QLoRA." },
  early_stopping: {
    type: "object",
    additionalProperties: false,
    description: "The Trainer's own early stopping; evalh's verdict needs none.",
    properties: {
      patience: { type: "integer", minimum: 1, default: 3, description: "Evaluations without improvement." },
      threshold: { type: "number", minimum: 0, default: 0, description: "Least improvement that counts." },
    },
  },
  max_length: { type: "integer", minimum: 1, default: 512, description: "Tokens of a sample; longer ones are cut." },
  loss_on: oneOf(["target", "all"], "Which tokens the loss counts."),
  save_initial: { type: "boolean", default: true, description: "Save the model before its first step." },
};

const commandProperties = {
  command: {
    type: "array",
    minItems: 1,
    items: { type: "string", minLength: 1 },
    description: "Program and arguments; {output} stands for the output folder.",
  },
  resume: texts("Arguments added to resume; {checkpoint} stands for the last complete checkpoint.", { minItems: 1 }),
  cwd: text("Working folder; the suite's by default."),
  stop_file: text("File whose appearance asks the trainer to stop; a signal does otherwise."),
  stop_signal: oneOf(["SIGINT", "SIGTERM", "SIGUSR1"], "Signal that asks the trainer to stop."),
};

/** The schema of `training`. */
export const trainingSchema: Schema = {
  type: "object",
  additionalProperties: false,
  description: "The training run that the checkpoints come from.",
  properties: {
    log: text("File or folder with its log: trainer_state.json, tfevents, CSV, JSONL, …; the output by default."),
    data: dataSchema,
    output: text("Folder for the checkpoints of `evalh train`."),
    trainer: { type: "string", enum: ["hf-trainer", "command"], description: "What `evalh train` starts." },
    env: {
      type: "object",
      additionalProperties: { type: "string" },
      description: "Environment variables for the trainer. Keys do not belong here: it inherits the environment.",
    },
    ...hfProperties,
    ...commandProperties,
  },
  allOf: [
    rule(
      { not: { required: ["trainer"] } },
      { required: ["log"], ...without(["output", "env", ...HF_ONLY, ...COMMAND_ONLY]) },
    ),
    rule(trainerIs("hf-trainer"), { required: ["output", "base_model", "data"], ...without(COMMAND_ONLY) }),
    rule(trainerIs("command"), { required: ["output", "command"], ...without(HF_ONLY) }),
  ],
};

function trainerIs(name: string): Schema {
  return { properties: { trainer: { const: name } }, required: ["trainer"] };
}

function rule(condition: Schema, consequence: Schema): Schema {
  // oxlint-disable-next-line unicorn/no-thenable -- `then` is the JSON Schema keyword; nothing awaits a schema
  return { if: condition, then: consequence };
}

function without(keys: readonly string[]): Schema {
  return { properties: Object.fromEntries(keys.map((key) => [key, false])) };
}

import type { JsonObject } from "../../core/json.ts";

/** What `evalh train` starts. Paths are absolute. */
export type TrainerSpec = HfTrainerSpec | CommandTrainerSpec;

interface TrainerBase {
  /** Folder for checkpoints, logs and what evalh needs beside them. */
  readonly output: string;
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** How the processes of a training are started. */
export interface Launcher {
  readonly name: "python" | "torchrun" | "accelerate" | "deepspeed";
  /** On this machine; 1 for plain python. */
  readonly processes: number;
  /** Configuration file for accelerate. */
  readonly config?: string;
}

/** The Hugging Face Trainer, driven by gpu/python/train.py. */
export interface HfTrainerSpec extends TrainerBase {
  readonly kind: "hf-trainer";
  /** A folder below the suite's, or a name on the Hub. */
  readonly baseModel: string;
  readonly launcher: Launcher;
  /** TrainingArguments by their own names. */
  readonly arguments: JsonObject;
  /** LoraConfig (PEFT) by its own names; null trains all weights. */
  readonly lora: JsonObject | null;
  /** Bits that the base model is loaded with (bitsandbytes), for QLoRA; null for no quantisation. */
  readonly quantization: 4 | 8 | null;
  readonly earlyStopping: { readonly patience: number; readonly threshold: number } | null;
  /** Tokens of a sample; longer ones are cut. */
  readonly maxLength: number;
  /** Which tokens the loss counts. */
  readonly lossOn: "target" | "all";
  /** Whether the model is saved before its first step, as checkpoint-0. */
  readonly saveInitial: boolean;
}

/** Any other trainer. */
export interface CommandTrainerSpec extends TrainerBase {
  readonly kind: "command";
  /** Program and arguments; {output} stands for the output folder. */
  readonly command: readonly string[];
  /** Arguments added to resume; {checkpoint} stands for the last complete checkpoint. Null if it cannot resume. */
  readonly resume: readonly string[] | null;
  readonly cwd: string;
  /** File whose appearance asks the trainer to stop; null to send the signal at once. */
  readonly stopFile: string | null;
  readonly stopSignal: "SIGINT" | "SIGTERM" | "SIGUSR1";
}

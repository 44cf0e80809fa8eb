import type { LogReader } from "./log-reader.ts";

/**
 * All formats. The order is that of trust: in a folder with several logs the first that fits is read, and the most
 * general come last.
 */
export const readers = {
  "hf-trainer": async () => (await import("./hf-trainer.ts")).hfTrainer,
  "lightning-csv": async () => (await import("./lightning-csv.ts")).lightningCsv,
  "keras-csv": async () => (await import("./keras-csv.ts")).kerasCsv,
  csv: async () => (await import("./csv.ts")).csv,
  jsonl: async () => (await import("./jsonl.ts")).jsonl,
  tensorboard: async () => (await import("./tensorboard.ts")).tensorboard,
  wandb: async () => (await import("./wandb.ts")).wandb,
  text: async () => (await import("./console-text.ts")).consoleText,
} satisfies Record<string, () => Promise<LogReader>>;

/** Name of a log format. */
export type LogFormat = keyof typeof readers;

import { open, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../core/errors.ts";
import type { TrainingLog } from "../core/series.ts";
import { listFiles } from "./find-log.ts";
import type { LogHead, LogReader } from "./log-reader.ts";
import { joinFiles } from "./join-files.ts";
import { joinPoints } from "./points.ts";
import { chooseNames } from "./scalar-names.ts";
import { createSeriesStore, type SeriesStore } from "./series-store.ts";

export { discoverCheckpoints, type DiscoveredCheckpoint } from "./checkpoint/discover.ts";

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

const HINT =
  "supported are trainer_state.json, TensorBoard events, .wandb, metrics.csv, Keras' CSV, and JSONL or CSV of step, train_loss, val_loss";

/**
 * Reads a training log of any supported format.
 * @param path the log, or a folder to find the best one in: an output folder, a run folder
 * @throws EvalhError E_TRAINING_LOG if there is none or it cannot be understood
 */
export async function readTrainingLog(path: string): Promise<TrainingLog> {
  const { format, reader, paths, warnings } = await locateLog(path);
  const stores: SeriesStore[] = [];
  let unreadable: unknown = null;
  for (const file of paths) {
    const store = createSeriesStore(file);
    try {
      await readInto(file, reader, store);
      stores.push(store);
    } catch (error) {
      // A snapshot may be half written or already rotated away; the one before it will do.
      if (reader.snapshots !== true || !(error instanceof EvalhError || hasErrno(error, "ENOENT"))) throw error;
      unreadable = error;
    }
  }
  if (stores.length === 0) throw unreadable ?? new EvalhError("E_TRAINING_LOG", `there is no training log at ${path}`);
  return toLog(format, reader.snapshots === true ? furthest(stores) : joinFiles(stores), warnings);
}

/** What a path turned out to be. */
export interface LocatedLog {
  readonly format: LogFormat;
  readonly reader: LogReader;
  readonly paths: readonly string[];
  readonly warnings: readonly string[];
}

/** Finds out which format a path has and which files make up the log. @throws EvalhError E_TRAINING_LOG */
export async function locateLog(path: string): Promise<LocatedLog> {
  const info = await stat(path).catch((error: unknown) => {
    if (!hasErrno(error, "ENOENT", "ENOTDIR")) throw error;
    throw new EvalhError("E_TRAINING_LOG", `there is no training log at ${path}`, { cause: error });
  });
  return info.isDirectory() ? locateInFolder(path) : locateFile(path);
}

async function locateFile(path: string): Promise<LocatedLog> {
  const head = await readHead(path);
  for (const [format, load] of Object.entries(readers)) {
    const reader = await load();
    if (reader.understands(head)) return { format: format as LogFormat, reader, paths: [path], warnings: [] };
  }
  throw new EvalhError("E_TRAINING_LOG", `${path} is not a training log in any known format`, { hint: HINT });
}

async function locateInFolder(folder: string): Promise<LocatedLog> {
  const { files, complete } = await listFiles(folder);
  const warnings = complete ? [] : [`${folder} holds very many files; not all were looked at`];
  for (const [format, load] of Object.entries(readers)) {
    const reader = await load();
    const fitting: string[] = [];
    for (const file of files) {
      if (reader.names.test(basename(file)) && reader.understands(await readHead(join(folder, file))))
        fitting.push(file);
    }
    const chosen = (reader.choose ?? lastFolder)(fitting).map((file) => join(folder, file));
    if (chosen.length > 0) return { format: format as LogFormat, reader, paths: chosen, warnings };
  }
  throw new EvalhError("E_TRAINING_LOG", `there is no training log in ${folder}`, { hint: HINT });
}

function lastFolder(files: readonly string[]): readonly string[] {
  const last = files.at(-1);
  return last === undefined ? [] : files.filter((file) => dirname(file) === dirname(last));
}

async function readHead(path: string): Promise<LogHead> {
  const name = basename(path);
  try {
    await using file = await open(path, "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
    return { name, head: buffer.subarray(0, bytesRead) };
  } catch (error) {
    // Checkpoints rotate while a folder is being looked through.
    if (hasErrno(error, "ENOENT")) return { name, head: Buffer.alloc(0) };
    throw new EvalhError("E_TRAINING_LOG", `${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function readInto(path: string, reader: LogReader, store: SeriesStore): Promise<void> {
  await using file = await open(path, "r");
  const parser = reader.open(store, path);
  for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })) {
    parser.push(chunk as Buffer);
  }
  parser.end();
}

function furthest(stores: readonly SeriesStore[]): SeriesStore {
  const lastStep = (store: SeriesStore): number =>
    Math.max(-1, ...[...store.series.values()].map(({ steps }) => steps.at(-1) ?? -1));
  return stores.reduce((best, store) => (lastStep(store) >= lastStep(best) ? store : best));
}

function toLog(format: LogFormat, store: SeriesStore, found: readonly string[]): TrainingLog {
  const { fields, warnings } = chooseNames(store.series.keys());
  return { format, points: joinPoints(store.series, fields), warnings: [...found, ...store.warnings(), ...warnings] };
}

import { open, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../core/errors.ts";
import { listFiles } from "./find-log.ts";
import type { LogHead, LogReader } from "./log-reader.ts";
import { readers, type LogFormat } from "./readers.ts";

const HINT =
  "supported are trainer_state.json, TensorBoard events, .wandb, metrics.csv, Keras' CSV, and JSONL or CSV of step, train_loss, val_loss";

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

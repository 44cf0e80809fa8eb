import { open } from "node:fs/promises";

import { EvalhError, hasErrno } from "../core/errors.ts";
import type { TrainingLog } from "../core/series.ts";
import { joinFiles } from "./join-files.ts";
import { locateLog } from "./locate.ts";
import type { LogReader } from "./log-reader.ts";
import { joinPoints } from "./points.ts";
import type { LogFormat } from "./readers.ts";
import { chooseNames } from "./scalar-names.ts";
import { createSeriesStore, type SeriesStore } from "./series-store.ts";

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

/** Reads one file as a stream. */
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

import { open, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";

import { EvalhError, hasErrno } from "../core/errors.ts";
import type { TrainingPoint } from "../core/series.ts";
import { listFiles } from "./find-log.ts";
import { locateLog, type LocatedLog } from "./locate.ts";
import type { LogParser, LogReader } from "./log-reader.ts";
import { joinPoints } from "./points.ts";
import { chooseNames } from "./scalar-names.ts";
import { createSeriesStore, type SeriesStore } from "./series-store.ts";

export interface FollowOptions {
  /** Ends the following without an error. */
  readonly signal: AbortSignal;
  /** Milliseconds between looks at the files; default 1000. Polling works on network file systems too. */
  readonly interval?: number;
}

const INTERVAL = 1000;
const CHUNK = 1024 * 1024;
/** Enough for the names of many columns. */
const HEAD = 1024;

/**
 * Delivers a training log while it grows, from its beginning, reading each byte once (files that are written anew each
 * time are read anew when they change). Waits for a log that does not exist yet.
 *
 * A point holds what was logged since the last look: the same step may come again with other fields, which add to it.
 * A step below one that came before means that the training was resumed there, and replaces all later points.
 * @param path a log, or a folder to find the best one in
 * @throws EvalhError E_TRAINING_LOG if the log cannot be understood
 */
export async function* followTrainingLog(path: string, options: FollowOptions): AsyncGenerator<TrainingPoint, void> {
  const { signal, interval = INTERVAL } = options;
  const files = new Map<string, Followed>();
  const names = new Set<string>();
  const place: Place = { located: null, listing: "" };
  let grew = false;
  while (!signal.aborted) {
    // New files come rarely, with a resume or a checkpoint: they are looked for when the known ones rest.
    if (!grew) await relocate(path, place, names.size > 0);
    grew = false;
    const { located } = place;
    for (const file of located?.paths ?? []) {
      const batch = await readGrowth(file, (located as LocatedLog).reader, files);
      if (batch === null) continue;
      grew = true;
      for (const name of batch.series.keys()) names.add(name);
      yield* joinPoints(batch.series, chooseNames(names).fields);
    }
    await wait(interval, undefined, { signal }).catch(() => undefined);
  }
}

/** Where the log was found. */
interface Place {
  located: LocatedLog | null;
  /** Names of the files that lay in its folder then. */
  listing: string;
}

async function relocate(path: string, place: Place, hasTold: boolean): Promise<void> {
  const { located: before } = place;
  try {
    const listing = await listingOf(path);
    // Finding out opens every file that might be a log: not while nothing has come or gone.
    if (before !== null && hasTold && listing === place.listing) return;
    const found = await locateLog(path);
    place.listing = listing;
    // A log of another format that appears later tells the same training once more; but what a trainer prints first is
    // taken for its log until the real one appears.
    if (before === null || found.format === before.format || !hasTold) place.located = found;
  } catch (error) {
    if (!(error instanceof EvalhError && error.code === "E_TRAINING_LOG")) throw error;
  }
}

async function listingOf(path: string): Promise<string> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() === true;
  return isFolder ? (await listFiles(path)).files.join("\n") : path;
}

interface Followed {
  offset: number;
  modified: number;
  parser: LogParser;
  /** What the parser delivers to: the batch of the current look. */
  readonly target: { batch: SeriesStore };
  /** For files written anew: the last step that was delivered of each name. */
  readonly delivered: Map<string, number>;
  /** How the file began when it was first read. */
  head: Buffer;
}

/** Reads what was added to a file since the last look; null if nothing was. */
async function readGrowth(path: string, reader: LogReader, files: Map<string, Followed>): Promise<SeriesStore | null> {
  const info = await stat(path).catch((error: unknown) => {
    if (hasErrno(error, "ENOENT")) return null;
    throw error;
  });
  if (info === null) return null;
  const known = files.get(path);
  if (reader.snapshots === true) {
    // Snapshots of one training share what was delivered: each repeats all that came before.
    if (known?.modified === info.mtimeMs && known.offset === info.size) return null;
    const delivered = [...files.values()][0]?.delivered ?? new Map<string, number>();
    const followed = { ...begin(path, reader), offset: info.size, modified: info.mtimeMs, delivered };
    files.set(path, followed);
    return readSnapshot(path, followed);
  }
  if (known !== undefined && info.size === known.offset && info.mtimeMs === known.modified) return null;
  const isSame = known !== undefined && info.size >= known.offset && (await beginsAlike(path, known.head));
  const followed = isSame ? known : begin(path, reader);
  files.set(path, followed);
  followed.modified = info.mtimeMs;
  if (info.size === followed.offset) return null;
  followed.target.batch = createSeriesStore(path);
  await readFrom(path, followed, info.size);
  return followed.target.batch;
}

function begin(path: string, reader: LogReader): Followed {
  const target = { batch: createSeriesStore(path) };
  const sink = {
    scalar: (step: number, name: string, value: number) => target.batch.scalar(step, name, value),
    warn: (message: string) => target.batch.warn(message),
  };
  return {
    offset: 0,
    modified: 0,
    parser: reader.open(sink, path),
    target,
    delivered: new Map(),
    head: Buffer.alloc(0),
  };
}

/** Lightning's CSVLogger writes the whole table anew when a column is added; other logs only grow. */
async function beginsAlike(path: string, head: Buffer): Promise<boolean> {
  await using file = await open(path, "r");
  const { buffer, bytesRead } = await file.read(Buffer.alloc(head.length), 0, head.length, 0);
  return bytesRead === head.length && buffer.equals(head);
}

async function readFrom(path: string, followed: Followed, upTo: number): Promise<void> {
  await using file = await open(path, "r");
  while (followed.offset < upTo) {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(Math.min(CHUNK, upTo - followed.offset)),
      0,
      undefined,
      followed.offset,
    );
    if (bytesRead === 0) return;
    if (followed.offset === 0) followed.head = Buffer.from(buffer.subarray(0, Math.min(bytesRead, HEAD)));
    followed.offset += bytesRead;
    followed.parser.push(buffer.subarray(0, bytesRead));
  }
}

/** Reads a file that is written anew and keeps what had not been delivered; null if it is only half written. */
async function readSnapshot(path: string, followed: Followed): Promise<SeriesStore | null> {
  const whole = { ...followed, offset: 0 };
  try {
    await readFrom(path, whole, followed.offset);
    followed.parser.end();
  } catch (error) {
    if (error instanceof EvalhError || hasErrno(error, "ENOENT")) return null;
    throw error;
  }
  const fresh = createSeriesStore(path);
  for (const [name, { steps, values }] of followed.target.batch.series) {
    const last = followed.delivered.get(name) ?? -1;
    for (let i = 0; i < steps.length; i++) {
      if ((steps[i] as number) > last) fresh.scalar(steps[i] as number, name, values[i] as number);
    }
    followed.delivered.set(name, Math.max(last, steps.at(-1) ?? -1));
  }
  return fresh.series.size === 0 ? null : fresh;
}

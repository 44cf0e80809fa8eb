import { basename, dirname } from "node:path";

import { maskedCrc32c } from "./crc32c.ts";
import { createEventReader, type EventReader } from "./tensorboard-event.ts";
import type { LogParser, LogReader, ScalarSink } from "./log-reader.ts";

const EVENT_FILE = /^events\.out\.tfevents\.(\d+)/;
// A record of scalars is far smaller; images and graphs are skipped without being held.
const MAX_RECORD = 1024 * 1024;
// Lightning counts steps from 0 here, but from 1 in the names of its checkpoints.
const LIGHTNING_FOLDER = /^version_\d+$/;
const HEADER = 12;
const FOOTER = 4;

/** TensorBoard event files: TFRecords of Event messages, little-endian, with masked CRC-32C. */
export const tensorboard: LogReader = {
  names: EVENT_FILE,
  understands: ({ name, head }) => EVENT_FILE.test(name) || head.subarray(0, 64).includes("brain.Event:"),
  // A resumed run writes a new file, often in a new folder; the time of its start is in the name.
  choose: (files) => files.toSorted((a, b) => startOf(a) - startOf(b)),
  open: (sink, file) =>
    parseRecords(sink, createEventReader(prefixed(sink, file), LIGHTNING_FOLDER.test(basename(dirname(file))) ? 1 : 0)),
};

function startOf(file: string): number {
  return Number(EVENT_FILE.exec(basename(file))?.[1]);
}

/** Keras writes the same tags into a folder "train" and a folder "validation". */
function prefixed(sink: ScalarSink, file: string): ScalarSink {
  const folder = basename(dirname(file));
  if (!/^(?:train|training|val|valid|validation|eval|test)$/.test(folder)) return sink;
  return {
    warn: sink.warn,
    scalar: (step, name, value) =>
      sink.scalar(step, name.includes("/") ? name : `${folder}/${name.replace(/^epoch_/, "")}`, value),
  };
}

function parseRecords(sink: ScalarSink, readRecord: EventReader): LogParser {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  let broken = false;
  let badRecords = 0;

  /** Reads whole records from the start; returns where the first incomplete one begins. */
  function consume(bytes: Buffer): number {
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
      if (maskedCrc32c(bytes, at, at + 8) !== bytes.readUInt32LE(at + 8)) {
        broken = true;
        return bytes.length;
      }
      const whole = HEADER + length + FOOTER;
      if (length > MAX_RECORD) {
        skip = whole - (bytes.length - at);
        if (skip > 0) return bytes.length;
        at = bytes.length + skip;
        skip = 0;
        continue;
      }
      if (bytes.length - at < whole) break;
      const from = at + HEADER;
      const to = from + length;
      const sound = maskedCrc32c(bytes, from, to) === bytes.readUInt32LE(to) && readRecord(bytes, from, to);
      if (!sound) badRecords++;
      at += whole;
    }
    return at;
  }

  return {
    push: (chunk) => {
      if (broken) return;
      if (skip >= chunk.length) {
        skip -= chunk.length;
        return;
      }
      const fresh = skip > 0 ? chunk.subarray(skip) : chunk;
      skip = 0;
      const bytes = rest.length === 0 ? fresh : Buffer.concat([rest, fresh]);
      // A copy, so that the large chunk can go.
      rest = Buffer.from(bytes.subarray(consume(bytes)));
    },
    end: () => {
      if (broken) sink.warn("the event file is damaged: what follows the damage was left out");
      else if (rest.length > 0 || skip > 0)
        sink.warn("the last record of the event file is cut off or still being written");
      if (badRecords > 0) sink.warn(`${badRecords} damaged records of the event file were left out`);
    },
  };
}

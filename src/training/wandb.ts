import { crc32 } from "node:zlib";

import type { JsonObject } from "../core/json.ts";
import type { LogParser, LogReader, ScalarSink } from "./log-reader.ts";
import { numberOf } from "./loose-json.ts";
import { visitFields } from "./protobuf.ts";
import { deliverRow, isRunSummary } from "./rows.ts";

const FILE_HEADER = Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00]);
const BLOCK = 32 * 1024;
const CHUNK_HEADER = 7;
// Pieces of a record, as in LevelDB's log.
const FULL = 1;
const FIRST = 2;
const LAST = 4;
// History is small; media and console output are other records, and none is needed whole beyond this.
const MAX_RECORD = 8 * 1024 * 1024;

/**
 * The file of a W&B run, offline or on: LevelDB log blocks of 32 KiB whose checksum is a plain CRC-32 over type and
 * data, with protobuf records in them (measured on wandb's own files; the layout is not documented).
 */
export const wandb: LogReader = {
  names: /\.wandb$/,
  understands: ({ head }) => head.subarray(0, 4).equals(FILE_HEADER.subarray(0, 4)),
  open: (sink) => parseBlocks(sink, createHistoryReader(sink)),
};

function parseBlocks(sink: ScalarSink, onRecord: (record: Buffer) => void): LogParser {
  let rest: Buffer = Buffer.alloc(0);
  let position = 0;
  let parts: Buffer[] = [];
  let size = 0;
  let damaged = 0;

  function piece(type: number, data: Buffer): void {
    if (type === FULL || type === FIRST) [parts, size] = [[], 0];
    size += data.length;
    // The chunk that the data lies in will be gone when the last piece comes.
    if (size <= MAX_RECORD) parts.push(type === FULL ? data : Buffer.from(data));
    if ((type === FULL || type === LAST) && size <= MAX_RECORD)
      onRecord(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
  }

  /** Takes one chunk of a block; returns the bytes it used, 0 if it is not complete yet. */
  function step(bytes: Buffer): number {
    if (position === 0) return bytes.length < FILE_HEADER.length ? 0 : FILE_HEADER.length;
    const left = BLOCK - (position % BLOCK);
    if (left < CHUNK_HEADER) return bytes.length < left ? 0 : left;
    if (bytes.length < CHUNK_HEADER) return 0;
    const length = bytes.readUInt16LE(4);
    const type = bytes[6] as number;
    const whole = CHUNK_HEADER + length;
    // The rest of a block that cannot be trusted is skipped: the next block begins with a whole chunk.
    if (whole > left || type < FULL || type > LAST) {
      if (type !== 0) damaged++;
      return bytes.length < left ? 0 : left;
    }
    if (bytes.length < whole) return 0;
    if (crc32(bytes.subarray(6, whole)) === bytes.readUInt32LE(0)) piece(type, bytes.subarray(CHUNK_HEADER, whole));
    else damaged++;
    return whole;
  }

  return {
    push: (chunk) => {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let used = step(bytes); used > 0; used = step(bytes)) {
        position += used;
        bytes = bytes.subarray(used);
      }
      rest = Buffer.from(bytes);
    },
    end: () => {
      if (rest.length > 0) sink.warn("the last record of the W&B file is cut off or still being written");
      if (damaged > 0) sink.warn(`${damaged} damaged records of the W&B file were left out`);
    },
  };
}

// Field numbers of wandb/proto/wandb_internal.proto.
const HISTORY = 2;
const HISTORY_ITEM = 1;
const ITEM = { key: 1, nestedKey: 2, json: 16 } as const;
const OPTIMISER_STEPS = ["train/global_step", "trainer/global_step", "global_step"];

function createHistoryReader(sink: ScalarSink): (record: Buffer) => void {
  let optimiserStep: number | undefined;
  return (record) => {
    visitFields(record, 0, record.length, (field) => {
      if (field.number !== HISTORY || field.wire !== 2) return;
      const row: Record<string, number> = {};
      visitFields(record, field.start, field.end, (item) => {
        if (item.number === HISTORY_ITEM && item.wire === 2) readItem(record.subarray(item.start, item.end), row);
      });
      // "_step" counts calls of log(). Once a trainer has told its own step, that is the one that counts.
      optimiserStep = OPTIMISER_STEPS.map((name) => row[name]).find((step) => step !== undefined) ?? optimiserStep;
      deliverRow(withStep(row, optimiserStep), sink);
    });
  };
}

function withStep(row: Readonly<Record<string, number>>, optimiserStep: number | undefined): JsonObject {
  if (Object.keys(row).some((name) => isRunSummary(name))) return {};
  const step = optimiserStep ?? row["_step"];
  const own = Object.entries(row).filter(([name]) => !name.startsWith("_") && !OPTIMISER_STEPS.includes(name));
  return { ...Object.fromEntries(own), ...(step !== undefined && { step }) };
}

function readItem(bytes: Buffer, row: Record<string, number>): void {
  const keys: string[] = [];
  let json = "";
  visitFields(bytes, 0, bytes.length, (field) => {
    if (field.wire !== 2) return;
    const text = (): string => bytes.toString("utf8", field.start, field.end);
    if (field.number === ITEM.key || field.number === ITEM.nestedKey) keys.push(text());
    else if (field.number === ITEM.json && field.end - field.start < 64) json = text();
  });
  const value = numberOf(json.replaceAll('"', ""));
  if (value !== undefined && keys.length > 0) row[keys.join(".")] = value;
}

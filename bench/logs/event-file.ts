import { maskedCrc32c } from "../../src/training/crc32c.ts";

/** Scalars that the Hugging Face Trainer logs at one step, by their tags. */
const TAGS = ["train/loss", "train/grad_norm", "train/learning_rate", "train/epoch"] as const;

/** Records as torch's SummaryWriter writes them: one event a scalar, with its time. */
export function eventRecords(fromStep: number, bytes: number): { readonly data: Buffer; readonly nextStep: number } {
  const records: Buffer[] = [];
  let size = 0;
  let step = fromStep;
  for (; size < bytes; step++) {
    for (const tag of TAGS) {
      const record = framed(scalarEvent(step, tag, 3 * Math.exp(-step / 1e5) + 0.01 * Math.sin(step)));
      records.push(record);
      size += record.length;
    }
  }
  return { data: Buffer.concat(records), nextStep: step };
}

/** Event { wall_time = 1: double, step = 2: varint, summary = 5 { value = 1 { tag = 1, simple_value = 2: float } } } */
function scalarEvent(step: number, tag: string, value: number): Buffer {
  const name = Buffer.from(tag);
  const scalar = Buffer.alloc(7 + name.length);
  scalar.set([0x0a, name.length, ...name, 0x15]);
  scalar.writeFloatLE(value, 3 + name.length);
  const summary = Buffer.concat([Buffer.from([0x0a, scalar.length]), scalar]);
  const head = Buffer.alloc(9);
  head[0] = 0x09;
  head.writeDoubleLE(1.7e9 + step, 1);
  return Buffer.concat([head, Buffer.from([0x10, ...varint(step), 0x2a, summary.length]), summary]);
}

function framed(data: Buffer): Buffer {
  const record = Buffer.alloc(16 + data.length);
  record.writeUInt32LE(data.length, 0);
  record.writeUInt32LE(maskedCrc32c(record, 0, 8), 8);
  data.copy(record, 12);
  record.writeUInt32LE(maskedCrc32c(data, 0, data.length), 12 + data.length);
  return record;
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}

import { maskedCrc32c } from "../../src/training/crc32c.ts";

/** A TFRecord around data. */
export function record(data: Buffer): Buffer {
  const framed = Buffer.alloc(16 + data.length);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(maskedCrc32c(framed, 0, 8), 8);
  data.copy(framed, 12);
  framed.writeUInt32LE(maskedCrc32c(data, 0, data.length), 12 + data.length);
  return framed;
}

/** A protobuf field: bytes are length-delimited, a number is a varint. */
export function field(number: number, value: Buffer | string | number): Buffer {
  if (typeof value === "number") return Buffer.concat([varint(number * 8), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

/** A 32-bit field. */
export function float(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = number * 8 + 5;
  bytes.writeFloatLE(value, 1);
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

/** The record of one scalar. */
export function scalarEvent(step: number, tag: string, value: number): Buffer {
  return record(Buffer.concat([field(2, step), field(5, field(1, Buffer.concat([field(1, tag), float(2, value)])))]));
}

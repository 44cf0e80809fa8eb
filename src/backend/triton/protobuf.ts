import { UnusableAnswerError } from "../http/failure.ts";

/**
 * The wire format of Protocol Buffers (protobuf.dev, "Encoding"), as far as the messages of KServe v2 need it: varints
 * and length-delimited fields.
 */
const VARINT = 0;
const LENGTH = 2;

function varint(value: number | bigint): number[] {
  // Negative numbers are 64 bits in two's complement.
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return bytes;
}

/** A field of text, bytes or a message. */
export function bytesField(field: number, value: string | Uint8Array): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([Buffer.from([...varint((field << 3) | LENGTH), ...varint(bytes.length)]), bytes]);
}

/** A field of an integer or a truth value. */
export function intField(field: number, value: number): Buffer {
  return Buffer.from([...varint((field << 3) | VARINT), ...varint(value)]);
}

/** A repeated field of integers, packed. */
export function packedField(field: number, values: readonly number[]): Buffer {
  return bytesField(field, Uint8Array.from(values.flatMap(varint)));
}

/** What was read of a message: the values of each field, in order. */
export interface Message {
  /** Values of a field of bytes. */
  bytes(field: number): readonly Buffer[];
  /** The last text of a field; "" without one. */
  text(field: number): string;
  /** Integers of a field, packed or not. */
  ints(field: number): readonly number[];
}

interface Reader {
  at: number;
  readonly bytes: Buffer;
}

function readVarint(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw new UnusableAnswerError("the answer is no message: a number does not end");
}

function take(reader: Reader, length: number): Buffer {
  const end = reader.at + length;
  if (end > reader.bytes.length) throw new UnusableAnswerError("the answer is no message: it is cut off");
  const part = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return part;
}

function signed(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}

/**
 * Reads a message.
 *
 * @throws UnusableAnswerError for bytes that are none
 */
export function readMessage(bytes: Buffer): Message {
  const ints = new Map<number, number[]>();
  const parts = new Map<number, Buffer[]>();
  const reader: Reader = { at: 0, bytes };
  const add = <V>(map: Map<number, V[]>, field: number, value: V): void => {
    const list = map.get(field);
    if (list === undefined) map.set(field, [value]);
    else list.push(value);
  };
  while (reader.at < bytes.length) {
    const key = Number(readVarint(reader));
    const field = key >>> 3;
    const kind = key & 7;
    if (kind === VARINT) add(ints, field, signed(readVarint(reader)));
    else if (kind === LENGTH) add(parts, field, take(reader, Number(readVarint(reader))));
    else if (kind === 1) take(reader, 8);
    else if (kind === 5) take(reader, 4);
    else throw new UnusableAnswerError(`the answer is no message: field ${field} is of kind ${kind}`);
  }
  return {
    bytes: (field) => parts.get(field) ?? [],
    text: (field) => parts.get(field)?.at(-1)?.toString("utf8") ?? "",
    ints(field) {
      const packed = (parts.get(field) ?? []).flatMap((part) => {
        const inner: Reader = { at: 0, bytes: part };
        const values: number[] = [];
        while (inner.at < part.length) values.push(signed(readVarint(inner)));
        return values;
      });
      return [...(ints.get(field) ?? []), ...packed];
    },
  };
}

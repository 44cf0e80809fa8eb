import type { JsonValue } from "../../core/json.ts";
import { UnusableAnswerError } from "../http/failure.ts";

/** A named array in row-major order. */
export interface Tensor {
  readonly name: string;
  /** KServe's name of the type: BYTES, INT32, FP32, BOOL, … */
  readonly datatype: string;
  readonly shape: readonly number[];
  /** As many as the shape holds. Text for BYTES, which other types never have. */
  readonly data: readonly (string | number | boolean)[];
}

interface NumberType {
  readonly bytes: number;
  readonly write: (view: DataView, at: number, value: number) => void;
  readonly read: (view: DataView, at: number) => number | boolean;
}

/** The types whose elements have a fixed size, little-endian. FP16 and BF16 have no use for text and settings. */
const NUMBERS: Readonly<Record<string, NumberType>> = {
  BOOL: { bytes: 1, write: (v, at, x) => v.setUint8(at, x), read: (v, at) => v.getUint8(at) !== 0 },
  UINT8: { bytes: 1, write: (v, at, x) => v.setUint8(at, x), read: (v, at) => v.getUint8(at) },
  UINT16: { bytes: 2, write: (v, at, x) => v.setUint16(at, x, true), read: (v, at) => v.getUint16(at, true) },
  UINT32: { bytes: 4, write: (v, at, x) => v.setUint32(at, x, true), read: (v, at) => v.getUint32(at, true) },
  INT8: { bytes: 1, write: (v, at, x) => v.setInt8(at, x), read: (v, at) => v.getInt8(at) },
  INT16: { bytes: 2, write: (v, at, x) => v.setInt16(at, x, true), read: (v, at) => v.getInt16(at, true) },
  INT32: { bytes: 4, write: (v, at, x) => v.setInt32(at, x, true), read: (v, at) => v.getInt32(at, true) },
  UINT64: {
    bytes: 8,
    write: (v, at, x) => v.setBigUint64(at, BigInt(x), true),
    read: (v, at) => Number(v.getBigUint64(at, true)),
  },
  INT64: {
    bytes: 8,
    write: (v, at, x) => v.setBigInt64(at, BigInt(x), true),
    read: (v, at) => Number(v.getBigInt64(at, true)),
  },
  FP32: { bytes: 4, write: (v, at, x) => v.setFloat32(at, x, true), read: (v, at) => v.getFloat32(at, true) },
  FP64: { bytes: 8, write: (v, at, x) => v.setFloat64(at, x, true), read: (v, at) => v.getFloat64(at, true) },
};

/** True for types that can be sent and read here. */
export function isKnownType(datatype: string): boolean {
  return datatype === "BYTES" || Object.hasOwn(NUMBERS, datatype);
}

/** A tensor's elements as bytes; those of BYTES each have their length before them, 32 bits, little-endian. */
export function encodeRaw({ datatype, data }: Tensor): Buffer {
  if (datatype === "BYTES") {
    return Buffer.concat(
      data.flatMap((element) => {
        const text = Buffer.from(String(element));
        const length = Buffer.alloc(4);
        length.writeUInt32LE(text.length);
        return [length, text];
      }),
    );
  }
  const type = NUMBERS[datatype];
  if (type === undefined) throw new TypeError(`tensors of ${datatype} are not known here`);
  const bytes = Buffer.alloc(type.bytes * data.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const [i, element] of data.entries()) type.write(view, i * type.bytes, Number(element));
  return bytes;
}

/**
 * The elements in a tensor's bytes.
 *
 * @throws UnusableAnswerError for bytes that are no tensor of that type
 */
export function decodeRaw(datatype: string, bytes: Buffer): Tensor["data"] {
  if (datatype === "BYTES") return decodeTexts(bytes);
  const type = NUMBERS[datatype];
  if (type === undefined) throw new UnusableAnswerError(`the answer is of type ${datatype}, which is not known here`);
  if (bytes.length % type.bytes !== 0) throw new UnusableAnswerError("the answer's tensor ends within an element");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / type.bytes }, (_, i) => type.read(view, i * type.bytes));
}

function decodeTexts(bytes: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 4 > bytes.length) throw new UnusableAnswerError("the answer's tensor ends within a length");
    const length = bytes.readUInt32LE(at);
    const end = at + 4 + length;
    if (end > bytes.length) throw new UnusableAnswerError("the answer's tensor is shorter than it says");
    texts.push(bytes.toString("utf8", at + 4, end));
    at = end;
  }
  return texts;
}

/** The elements as JSON values, nested lists flattened. */
export function flatData(value: unknown): readonly (string | number | boolean)[] {
  if (Array.isArray(value)) return (value as readonly unknown[]).flatMap(flatData);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return [value];
  throw new UnusableAnswerError("the answer's tensor has an element that is neither text nor number");
}

/** A tensor for KServe's JSON. */
export function jsonTensor({ name, datatype, shape, data }: Tensor): Record<string, JsonValue> {
  return { name, datatype, shape, data };
}

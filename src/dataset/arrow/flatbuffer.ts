/**
 * A table of a flatbuffer, read without trusting it: every read is checked by Buffer, every count against the bytes
 * that are there. Fields that are absent have FlatBuffers' default 0.
 */
export interface FlatTable {
  /** Whether a field is written; one that has its default usually is not. */
  has(field: number): boolean;
  byte(field: number): number;
  short(field: number): number;
  int(field: number): number;
  /** @throws RangeError beyond ±2^53 */
  long(field: number): number;
  text(field: number): string;
  table(field: number): FlatTable | null;
  /** Vectors of tables. */
  tables(field: number): readonly FlatTable[];
  /** Vectors of structs of two longs each. */
  pairs(field: number): readonly (readonly [number, number])[];
  longs(field: number): readonly number[];
}

/** The table that a flatbuffer begins with. */
export function rootTable(bytes: Buffer): FlatTable {
  return tableAt(bytes, bytes.readUInt32LE(0));
}

function tableAt(bytes: Buffer, at: number): FlatTable {
  const fields = at - bytes.readInt32LE(at);
  const size = bytes.readUInt16LE(fields);
  /** Where a field's value lies; 0 where it has none. */
  const placeOf = (field: number): number => {
    const entry = 4 + 2 * field;
    const offset = entry + 2 > size ? 0 : bytes.readUInt16LE(fields + entry);
    return offset === 0 ? 0 : at + offset;
  };
  const read = (field: number, value: (place: number) => number): number => {
    const place = placeOf(field);
    return place === 0 ? 0 : value(place);
  };
  const vector = <T>(field: number, stride: number, item: (place: number) => T): T[] => {
    const place = placeOf(field);
    if (place === 0) return [];
    const start = place + bytes.readUInt32LE(place);
    const count = bytes.readUInt32LE(start);
    if (start + 4 + count * stride > bytes.length)
      throw new RangeError(`a list of ${count} entries that are not there`);
    return Array.from({ length: count }, (_, index) => item(start + 4 + index * stride));
  };
  const far = (place: number): FlatTable => tableAt(bytes, place + bytes.readUInt32LE(place));
  return {
    has: (field) => placeOf(field) !== 0,
    byte: (field) => read(field, (place) => bytes.readUInt8(place)),
    short: (field) => read(field, (place) => bytes.readInt16LE(place)),
    int: (field) => read(field, (place) => bytes.readInt32LE(place)),
    long: (field) => read(field, (place) => safeLong(bytes, place)),
    text: (field) => Buffer.from(vector(field, 1, (place) => bytes.readUInt8(place))).toString("utf8"),
    table: (field) => {
      const place = placeOf(field);
      return place === 0 ? null : far(place);
    },
    tables: (field) => vector(field, 4, far),
    pairs: (field) => vector(field, 16, (place) => [safeLong(bytes, place), safeLong(bytes, place + 8)] as const),
    longs: (field) => vector(field, 8, (place) => safeLong(bytes, place)),
  };
}

function safeLong(bytes: Buffer, at: number): number {
  const value = Number(bytes.readBigInt64LE(at));
  if (!Number.isSafeInteger(value)) throw new RangeError(`a number of ${value}`);
  return value;
}

/** One field of a protobuf message. `value` is a varint's number; `start` and `end` bound the bytes of the others. */
export interface Field {
  number: number;
  wire: number;
  value: number;
  start: number;
  end: number;
}

/**
 * Visits the fields of the message in bytes start ≤ i < end. The field handed over is reused.
 * @returns false if the bytes are no message: a length beyond its end, an unknown wire type
 */
export function visitFields(bytes: Buffer, start: number, end: number, visit: (field: Field) => void): boolean {
  const field: Field = { number: 0, wire: 0, value: 0, start: 0, end: 0 };
  const cursor = { at: start };
  while (cursor.at < end) {
    const tag = readVarint(bytes, cursor, end);
    if (Number.isNaN(tag)) return false;
    field.number = Math.floor(tag / 8);
    field.wire = tag % 8;
    if (!readPayload(bytes, cursor, end, field)) return false;
    visit(field);
  }
  return true;
}

function readPayload(bytes: Buffer, cursor: { at: number }, end: number, field: Field): boolean {
  switch (field.wire) {
    case 0:
      field.value = readVarint(bytes, cursor, end);
      return !Number.isNaN(field.value);
    case 1:
    case 2:
    case 5: {
      const length = field.wire === 1 ? 8 : field.wire === 5 ? 4 : readVarint(bytes, cursor, end);
      field.start = cursor.at;
      field.end = cursor.at + length;
      cursor.at = field.end;
      return field.end <= end;
    }
    default:
      return false;
  }
}

/** A varint below 2^53; a larger one comes out rounded, a negative one near 2^64. NaN if it is cut off. */
function readVarint(bytes: Buffer, cursor: { at: number }, end: number): number {
  let value = 0;
  let scale = 1;
  for (let count = 0; count < 10 && cursor.at < end; count++) {
    const byte = bytes[cursor.at++] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 128;
  }
  return Number.NaN;
}

import type { JsonValue } from "../../core/json.ts";

/** The integer at a position; 64 bits wide ones as bigint. */
export function readInt(
  bytes: Buffer,
  row: number,
  { bits, isSigned }: { readonly bits: number; readonly isSigned: boolean },
): number | bigint {
  switch (bits) {
    case 8:
      return isSigned ? bytes.readInt8(row) : bytes.readUInt8(row);
    case 16:
      return isSigned ? bytes.readInt16LE(row * 2) : bytes.readUInt16LE(row * 2);
    case 32:
      return isSigned ? bytes.readInt32LE(row * 4) : bytes.readUInt32LE(row * 4);
    case 64:
      return isSigned ? bytes.readBigInt64LE(row * 8) : bytes.readBigUInt64LE(row * 8);
    default:
      throw new RangeError(`integers of ${bits} bits`);
  }
}

export function readFloat(bytes: Buffer, row: number, bits: 16 | 32 | 64): number {
  if (bits === 64) return bytes.readDoubleLE(row * 8);
  return bits === 32 ? bytes.readFloatLE(row * 4) : halfToNumber(bytes.readUInt16LE(row * 2));
}

/** IEEE 754 binary16. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** A date or timestamp, to the millisecond. */
export function readMoment(
  bytes: Buffer,
  row: number,
  { bits, perSecond }: { readonly bits: number; readonly perSecond: number },
): Date {
  const units = Number(readInt(bytes, row, { bits, isSigned: true }));
  return new Date((units / perSecond) * 1000);
}

/** A decimal as a number where that has all its digits, as text otherwise. */
export function readDecimal(
  bytes: Buffer,
  row: number,
  { bytes: width, scale }: { readonly bytes: number; readonly scale: number },
): JsonValue {
  let value = 0n;
  for (let index = width - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes.readUInt8(row * width + index));
  value = BigInt.asIntN(width * 8, value);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const whole = scale > 0 ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits;
  const text = `${value < 0n ? "-" : ""}${whole}`;
  return digits.length <= 15 ? Number(text) : text;
}

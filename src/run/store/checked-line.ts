import { crc32 } from "node:zlib";

/**
 * A stored line is a JSON object whose last member is `"crc":"xxxxxxxx"`, the CRC-32 (IEEE) in hex of the UTF-8 bytes
 * before it. It stays valid JSON for other tools, and a flipped bit is found: JSON.parse alone accepts most of them.
 */
const SUFFIX_BYTES = `,"crc":"00000000"}`.length;
const SUFFIX_START = Buffer.from(`,"crc":"`);
const SUFFIX_END = Buffer.from(`"}`);
const HEX_DIGITS = 8;

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Eight hex digits; for every line, so by table. */
function hex(checksum: number): string {
  const byte = (shift: number): string => HEX_OF_BYTE[(checksum >>> shift) & 0xff] as string;
  return byte(24) + byte(16) + byte(8) + byte(0);
}

/** One line with its newline. `record` must have at least one member, and none named crc. */
export function encodeLine(record: object): string {
  const body = JSON.stringify(record).slice(0, -1);
  return `${body},"crc":"${hex(crc32(body))}"}\n`;
}

/** The number that eight lower-case hex digits spell, without making a string of them; -1 if they are none. */
function hexAt(bytes: Buffer, start: number): number {
  let value = 0;
  for (let i = start; i < start + HEX_DIGITS; i++) {
    const code = bytes[i] as number;
    const digit = code >= 0x61 && code <= 0x66 ? code - 0x57 : code >= 0x30 && code <= 0x39 ? code - 0x30 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** The record of a line without its newline; undefined if the line is torn or altered. */
export function decodeLine(line: Uint8Array): unknown {
  const split = line.length - SUFFIX_BYTES;
  if (split < 2) return undefined;
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  if (!bytes.subarray(split, split + SUFFIX_START.length).equals(SUFFIX_START)) return undefined;
  if (bytes.compare(SUFFIX_END, 0, SUFFIX_END.length, line.length - SUFFIX_END.length) !== 0) return undefined;
  if (hexAt(bytes, split + SUFFIX_START.length) !== crc32(bytes.subarray(0, split))) return undefined;
  try {
    return JSON.parse(`${bytes.toString("utf8", 0, split)}}`) as unknown;
  } catch {
    return undefined;
  }
}

// Castagnoli's polynomial, bits reversed.
const POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

let tables: Int32Array | null = null;

/** Eight tables of 256 entries: entry b of table k is the checksum of byte b followed by k zero bytes. */
function sliceTables(): Int32Array {
  const made = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    made[byte] = crc;
  }
  for (let k = 1; k < SLICES; k++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = made[(k - 1) * 256 + byte] as number;
      made[k * 256 + byte] = (made[before & 0xff] as number) ^ (before >>> 8);
    }
  }
  return made;
}

/**
 * CRC-32C (Castagnoli) of bytes start ≤ i < end, unsigned. Eight bytes at a time (M. E. Kounavis, F. L. Berry,
 * "Novel table lookup-based algorithms for high-performance CRC generation", 2008), since checking takes most of the
 * time of reading an event file.
 */
export function crc32c(bytes: Buffer, start: number, end: number): number {
  const t = (tables ??= sliceTables());
  let crc = -1;
  let at = start;
  // Every index below is masked to its table, so none is undefined.
  for (; at + 8 <= end; at += 8) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (t[1792 + (crc & 0xff)] as number) ^
      (t[1536 + ((crc >>> 8) & 0xff)] as number) ^
      (t[1280 + ((crc >>> 16) & 0xff)] as number) ^
      (t[1024 + (crc >>> 24)] as number) ^
      (t[768 + (bytes[at + 4] as number)] as number) ^
      (t[512 + (bytes[at + 5] as number)] as number) ^
      (t[256 + (bytes[at + 6] as number)] as number) ^
      (t[bytes[at + 7] as number] as number);
  }
  for (; at < end; at++) crc = (t[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The checksum as TFRecord files store it, rotated and shifted so that it differs from a checksum of itself. */
export function maskedCrc32c(bytes: Buffer, start: number, end: number): number {
  const crc = crc32c(bytes, start, end);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

import type { FileHandle } from "node:fs/promises";

/** Reads little-endian numbers from the start of a file. All throw a RangeError beyond the file's end or limit. */
export interface HeaderReader {
  readonly position: () => number;
  /** The next bytes, valid until the next call. */
  readonly take: (length: number) => Promise<Buffer>;
  /** Passes over bytes without reading them. */
  readonly skip: (length: number) => void;
  readonly u32: () => Promise<number>;
  /** Refuses numbers above the limit: such a header is hostile or of another format. */
  readonly u64: (limit: number) => Promise<number>;
  /** UTF-8 behind its length as u64. */
  readonly text: (limit: number) => Promise<string>;
}

const PIECE = 65_536;

/** @param limit how many bytes may be read or passed over */
export function createHeaderReader(file: FileHandle, limit: number): HeaderReader {
  let piece: Buffer = Buffer.alloc(0);
  let start = 0;
  let position = 0;

  function advance(length: number): number {
    if (position + length > limit) throw new RangeError("the header is cut off or still being written");
    const from = position;
    position += length;
    return from;
  }

  async function take(length: number): Promise<Buffer> {
    const from = advance(length);
    if (from < start || from + length > start + piece.length) {
      const size = Math.max(length, PIECE);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, from);
      if (bytesRead < length) throw new RangeError("the header is cut off or still being written");
      piece = buffer.subarray(0, bytesRead);
      start = from;
    }
    return piece.subarray(from - start, from - start + length);
  }

  async function u64(most: number): Promise<number> {
    const value = (await take(8)).readBigUInt64LE(0);
    if (value > BigInt(most)) throw new RangeError(`the header holds an impossible number, ${value}`);
    return Number(value);
  }

  return {
    position: () => position,
    take,
    skip: (length) => {
      advance(length);
    },
    u32: async () => (await take(4)).readUInt32LE(0),
    u64,
    text: async (most) => (await take(await u64(most))).toString("utf8"),
  };
}

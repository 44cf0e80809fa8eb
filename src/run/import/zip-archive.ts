import { open, type FileHandle } from "node:fs/promises";
import { inflateRawSync, zstdDecompressSync } from "node:zlib";

import { EvalhError, messageOf } from "../../core/errors.ts";

/** No log needs more in one piece; an entry that says so was made to exhaust memory. */
const MOST_BYTES = 1 << 28;
const END_BYTES = 22 + 0xffff;

export interface ZipEntry {
  readonly name: string;
  /** @throws EvalhError E_DATASET if it is damaged or too large */
  text(): Promise<string>;
}

/** The entries of a zip archive: stored, deflate or zstd. Names are only compared, nothing is ever unpacked to disk. */
export async function withZip<T>(path: string, use: (entries: readonly ZipEntry[]) => Promise<T>): Promise<T> {
  const refuse = (message: string): EvalhError =>
    new EvalhError("E_DATASET", `not a whole zip archive: ${message}`, { place: { file: path } });
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const tail = await part(file, Math.max(0, size - END_BYTES), Math.min(size, END_BYTES));
  const end = tail.lastIndexOf("PK\u0005\u0006", undefined, "latin1");
  if (end < 0 || end + 22 > tail.length) throw refuse("it has no end");
  const [count, length, offset] = [
    tail.readUInt16LE(end + 10),
    tail.readUInt32LE(end + 12),
    tail.readUInt32LE(end + 16),
  ];
  if (offset === 0xffffffff || count === 0xffff) throw refuse("archives of more than 4 GB are not read");
  if (offset + length > size) throw refuse("its directory lies outside");
  const directory = await part(file, offset, length);
  // Awaited here: the file is closed when this function returns.
  return await use(entriesOf(directory, { count, file, refuse }));
}

interface Archive {
  readonly count: number;
  readonly file: FileHandle;
  readonly refuse: (message: string) => EvalhError;
}

function entriesOf(directory: Buffer, { count, file, refuse }: Archive): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
      throw refuse("its directory is damaged");
    const [method, packed, plain] = [10, 20, 24].map((each) =>
      each === 10 ? directory.readUInt16LE(at + each) : directory.readUInt32LE(at + each),
    ) as [number, number, number];
    const [nameLength, extra, comment] = [28, 30, 32].map((each) => directory.readUInt16LE(at + each)) as [
      number,
      number,
      number,
    ];
    const offset = directory.readUInt32LE(at + 42);
    const name = directory.toString("utf8", at + 46, at + 46 + nameLength);
    entries.push({ name, text: () => unpack({ name, method, packed, plain, offset }, file, refuse) });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

interface Packed {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly plain: number;
  readonly offset: number;
}

async function unpack(entry: Packed, file: FileHandle, refuse: Archive["refuse"]): Promise<string> {
  const { name, method, packed, plain, offset } = entry;
  if (packed > MOST_BYTES || plain > MOST_BYTES) throw refuse(`${name} is too large`);
  const head = await part(file, offset, 30);
  if (head.length < 30 || head.readUInt32LE(0) !== 0x04034b50) throw refuse(`${name} has no header`);
  const bytes = await part(file, offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28), packed);
  // The directory may lie about the size: the limit holds while unpacking.
  const limit = { maxOutputLength: MOST_BYTES };
  try {
    if (method === 0) return bytes.toString("utf8");
    if (method === 8) return inflateRawSync(bytes, limit).toString("utf8");
    if (method === 93) return zstdDecompressSync(bytes, limit).toString("utf8");
  } catch (error) {
    throw refuse(`${name}: ${messageOf(error)}`);
  }
  throw refuse(`${name} is compressed by method ${method}`);
}

async function part(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

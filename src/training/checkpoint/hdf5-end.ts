import { stat } from "node:fs/promises";

import { readPart } from "./bounded-read.ts";

const SIGNATURE = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Why an HDF5 file cannot be whole; null if it reaches the end-of-file address in its superblock (versions 0 to 3,
 * addresses of 8 bytes, as h5py writes them).
 */
export async function hdf5Problem(path: string, name: string): Promise<string | null> {
  const head = await readPart(path, 0, 96);
  if (head.length < 96) return `${name} is cut off or still being written`;
  if (!head.subarray(0, 8).equals(SIGNATURE)) return `${name} is not an HDF5 file`;
  const version = head[8] as number;
  const [sizeAt, endAt] = version < 2 ? [13, version === 0 ? 40 : 44] : [9, 28];
  if (head[sizeAt] !== 8) return null;
  const end = head.readBigUInt64LE(endAt);
  const { size } = await stat(path);
  return BigInt(size) < end ? `${name} is cut off or still being written: ${size} of ${end} bytes` : null;
}

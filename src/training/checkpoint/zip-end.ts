import { readPart } from "./bounded-read.ts";

const END_RECORD = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
// The end record may be followed by a comment of up to 65 535 bytes.
const TAIL = 22 + 65_535;

/** Why a zip archive (which .ckpt, .pt and .keras files are) cannot be whole; null if its end record is in place. */
export async function zipProblem(path: string, name: string): Promise<string | null> {
  const head = await readPart(path, 0, 4);
  if (head.length < 4 || head.readUInt16LE(0) !== 0x4b50) return `${name} is not a zip archive`;
  const tail = await readPart(path, -TAIL, TAIL);
  return tail.lastIndexOf(END_RECORD) < 0 ? `${name} is cut off or still being written` : null;
}

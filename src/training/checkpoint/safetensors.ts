import { stat } from "node:fs/promises";

import { isJsonObject } from "../../core/json.ts";
import { readPart } from "./bounded-read.ts";

// The limit that the format's reference implementation (safetensors 0.4) sets.
const MAX_HEADER = 100_000_000;

/**
 * Why a safetensors file cannot be whole; null if its size is what its header says. Layout: u64 length of the header,
 * the header as JSON with each tensor's data_offsets, the data.
 */
export async function safetensorsProblem(path: string, name: string): Promise<string | null> {
  const { size } = await stat(path);
  const head = await readPart(path, 0, 8);
  if (head.length < 8) return `${name} is cut off or still being written`;
  const length = head.readBigUInt64LE(0);
  if (length > MAX_HEADER) return `${name} is not a safetensors file: its header would be ${length} bytes long`;
  const header = await readPart(path, 8, Number(length));
  if (header.length < Number(length)) return `${name} is cut off or still being written`;
  const end = endOfData(header);
  if (end === null) return `${name} has a header that is not valid`;
  const expected = 8 + Number(length) + end;
  if (size < expected) return `${name} is cut off or still being written: ${size} of ${expected} bytes`;
  return size > expected ? `${name} is ${size - expected} bytes longer than its header says` : null;
}

function endOfData(header: Buffer): number | null {
  let tensors: unknown;
  try {
    tensors = JSON.parse(header.toString("utf8"));
  } catch {
    return null;
  }
  if (!isJsonObject(tensors)) return null;
  let end = 0;
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name === "__metadata__") continue;
    const offsets = isJsonObject(tensor) ? tensor["data_offsets"] : undefined;
    const last = Array.isArray(offsets) ? (offsets as readonly unknown[])[1] : undefined;
    if (typeof last !== "number" || !Number.isSafeInteger(last) || last < 0) return null;
    end = Math.max(end, last);
  }
  return end;
}

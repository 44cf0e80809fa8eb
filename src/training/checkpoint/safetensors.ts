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
  // Not read before it is known to be there: a small file must not ask for much memory.
  if (8 + Number(length) > size) return `${name} is cut off or still being written`;
  const layout = layoutOf(await readPart(path, 8, Number(length)));
  if ("problem" in layout) return `${name} ${layout.problem}`;
  const expected = 8 + Number(length) + layout.end;
  if (size < expected) return `${name} is cut off or still being written: ${size} of ${expected} bytes`;
  return size > expected ? `${name} is ${size - expected} bytes longer than its header says` : null;
}

type Layout = { readonly end: number } | { readonly problem: string };

const INVALID: Layout = { problem: "has a header that is not valid" };

/** Where the data ends. Tensors lie one behind the other, without holes: the reference refuses anything else. */
function layoutOf(header: Buffer): Layout {
  let tensors: unknown;
  try {
    tensors = JSON.parse(header.toString("utf8"));
  } catch {
    return INVALID;
  }
  if (!isJsonObject(tensors)) return INVALID;
  const spans: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name === "__metadata__") continue;
    const [from, to] = offsetsOf(isJsonObject(tensor) ? tensor["data_offsets"] : undefined);
    if (from === undefined || to === undefined || from > to) return INVALID;
    spans.push({ name, from, to });
  }
  let end = 0;
  for (const { name, from, to } of spans.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    const shown = JSON.stringify(name.slice(0, 80));
    if (from < end) return { problem: `has a header that is not valid: the tensor ${shown} overlaps another` };
    if (from > end) return { problem: `has a header that is not valid: there is a hole before the tensor ${shown}` };
    end = to;
  }
  return { end };
}

function offsetsOf(offsets: unknown): readonly (number | undefined)[] {
  if (!Array.isArray(offsets) || offsets.length !== 2) return [];
  return offsets.map((each: unknown) =>
    typeof each === "number" && Number.isSafeInteger(each) && each >= 0 ? each : undefined,
  );
}

import { open } from "node:fs/promises";

import type { CheckpointFormat } from "./checkpoint-format.ts";
import { createHeaderReader, type HeaderReader } from "./header-reader.ts";

/**
 * A GGUF file of llama.cpp (versions 2 and 3, little-endian). Its header says where each tensor begins, from which the
 * size that the file must have follows.
 */
export const gguf: CheckpointFormat = {
  recognises: ({ kind, name }) => kind === "file" && name.endsWith(".gguf"),
  inspect: async ({ path, name }) => {
    const { kind, problem } = await inspectGguf(path, name);
    return { format: kind === null ? "gguf" : `gguf-${kind}`, weights: [path], problem };
  },
};

// A tokenizer of 250 000 pieces takes some 10 MB of the header.
const MAX_HEADER = 256 * 1024 * 1024;
const MAX_COUNT = 10_000_000;
const MAX_DEPTH = 4;

interface Inspected {
  /** Quantisation of a model, or "adapter". */
  readonly kind: string | null;
  readonly problem: string | null;
}

async function inspectGguf(path: string, name: string): Promise<Inspected> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  try {
    const header = await readHeader(createHeaderReader(file, Math.min(size, MAX_HEADER)));
    const missing = header.end > size;
    return {
      kind: header.kind,
      problem: missing ? `${name} is cut off or still being written: ${size} of at least ${header.end} bytes` : null,
    };
  } catch (error) {
    if (error instanceof RangeError) return { kind: null, problem: `${name}: ${error.message}` };
    throw error;
  }
}

// Value types of the format's specification: bytes of the fixed ones; then string and array.
const FIXED_BYTES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 4],
  [5, 4],
  [6, 4],
  [7, 1],
  [10, 8],
  [11, 8],
  [12, 8],
]);
const U32 = 4;
const STRING = 8;
const ARRAY = 9;

async function readHeader(reader: HeaderReader): Promise<{ end: number; kind: string | null }> {
  if ((await reader.take(4)).toString("latin1") !== "GGUF") throw new RangeError("it is not a GGUF file");
  const version = await reader.u32();
  if (version !== 2 && version !== 3) throw new RangeError(`GGUF version ${version} is not supported`);
  const tensors = await reader.u64(MAX_COUNT);
  const pairs = await reader.u64(MAX_COUNT);
  const { alignment, fileType, isAdapter } = await readFields(reader, pairs);
  if (alignment === 0 || alignment > 1 << 20) throw new RangeError(`the alignment cannot be ${alignment}`);
  let dataBytes = 0;
  for (let i = 0; i < tensors; i++) dataBytes = Math.max(dataBytes, await readTensorEnd(reader));
  const dataStart = Math.ceil(reader.position() / alignment) * alignment;
  const quantisation = fileType === null ? null : (FILE_TYPES.get(fileType) ?? null);
  return { end: dataStart + dataBytes, kind: isAdapter ? "adapter" : quantisation };
}

interface Fields {
  alignment: number;
  fileType: number | null;
  isAdapter: boolean;
}

/** The fields that matter here. */
async function readFields(reader: HeaderReader, pairs: number): Promise<Fields> {
  const fields: Fields = { alignment: 32, fileType: null, isAdapter: false };
  for (let i = 0; i < pairs; i++) {
    const key = await reader.text(MAX_HEADER);
    const type = await reader.u32();
    if (type === U32 && key === "general.alignment") fields.alignment = await reader.u32();
    else if (type === U32 && key === "general.file_type") fields.fileType = await reader.u32();
    else if (type === STRING && key === "general.type")
      fields.isAdapter = (await reader.text(MAX_HEADER)) === "adapter";
    else await skipValue(reader, type, 0);
  }
  return fields;
}

async function skipValue(reader: HeaderReader, type: number, depth: number): Promise<void> {
  const bytes = FIXED_BYTES.get(type);
  if (bytes !== undefined) {
    reader.skip(bytes);
  } else if (type === STRING) {
    reader.skip(await reader.u64(MAX_HEADER));
  } else if (type === ARRAY && depth < MAX_DEPTH) {
    const of = await reader.u32();
    const count = await reader.u64(MAX_COUNT);
    const each = FIXED_BYTES.get(of);
    if (each !== undefined) reader.skip(each * count);
    else for (let i = 0; i < count; i++) await skipValue(reader, of, depth + 1);
  } else {
    throw new RangeError(`the header holds a value of unknown type ${type}`);
  }
}

/** Where a tensor ends, from the start of the data; for types not known here, where it begins. */
async function readTensorEnd(reader: HeaderReader): Promise<number> {
  await reader.text(MAX_HEADER);
  const dimensions = await reader.u32();
  if (dimensions > 8) throw new RangeError(`a tensor cannot have ${dimensions} dimensions`);
  let elements = 1;
  for (let i = 0; i < dimensions; i++) elements *= await reader.u64(Number.MAX_SAFE_INTEGER);
  const type = await reader.u32();
  const offset = await reader.u64(Number.MAX_SAFE_INTEGER);
  const block = BLOCKS.get(type);
  return block === undefined ? offset : offset + Math.ceil(elements / block[0]) * block[1];
}

// Elements and bytes a block, by ggml's type number (ggml.h).
const BLOCKS: ReadonlyMap<number, readonly [number, number]> = new Map([
  [0, [1, 4]],
  [1, [1, 2]],
  [2, [32, 18]],
  [3, [32, 20]],
  [6, [32, 22]],
  [7, [32, 24]],
  [8, [32, 34]],
  [9, [32, 36]],
  [10, [256, 84]],
  [11, [256, 110]],
  [12, [256, 144]],
  [13, [256, 176]],
  [14, [256, 210]],
  [15, [256, 292]],
  [24, [1, 1]],
  [25, [1, 2]],
  [26, [1, 4]],
  [27, [1, 8]],
  [28, [1, 8]],
  [30, [1, 2]],
]);

// llama.cpp's llama_ftype.
const FILE_TYPES: ReadonlyMap<number, string> = new Map([
  [0, "f32"],
  [1, "f16"],
  [2, "q4_0"],
  [3, "q4_1"],
  [7, "q8_0"],
  [8, "q5_0"],
  [9, "q5_1"],
  [10, "q2_k"],
  [11, "q3_k_s"],
  [12, "q3_k_m"],
  [13, "q3_k_l"],
  [14, "q4_k_s"],
  [15, "q4_k_m"],
  [16, "q5_k_s"],
  [17, "q5_k_m"],
  [18, "q6_k"],
  [32, "bf16"],
]);

import { open } from "node:fs/promises";
import { join } from "node:path";

import type { CheckpointFormat } from "./checkpoint-format.ts";
import { trainerState } from "./hf-folder.ts";

const MODEL = /^(?:onnx\/)?[^/]+\.onnx$/;
/** Weights beyond 2 GB lie beside the graph, and the graphs of two checkpoints are then alike. */
const EXTERNAL_DATA = /^(?:onnx\/)?[^/]+\.onnx[._]data(?:_\d+)?$/;

/** A Hugging Face folder with an ONNX export in it or in its folder "onnx"; it may hold several precisions. */
export const onnxFolder: CheckpointFormat = {
  // The folder "onnx" is a part of the checkpoint around it.
  recognises: ({ files, name }) =>
    files.some((file) => MODEL.test(file)) && (name !== "onnx" || files.includes("config.json")),
  inspect: async (entry) => {
    const names = entry.files.filter((file) => MODEL.test(file));
    let problem: string | null = entry.files.includes("config.json") ? null : "config.json is missing";
    for (const name of names) problem ??= await protobufProblem(join(entry.path, name), name);
    const precisions = [...new Set(names.map(precisionOf))];
    const state = entry.files.includes("trainer_state.json") ? await trainerState(entry) : { problem: null };
    return {
      ...state,
      format: precisions.length === 1 ? `onnx-${precisions[0]}` : "onnx",
      weights: [...names, ...entry.files.filter((file) => EXTERNAL_DATA.test(file))].map((name) =>
        join(entry.path, name),
      ),
      problem: problem ?? state.problem,
    };
  },
};

const PRECISIONS: readonly (readonly [RegExp, string])[] = [
  [/_(?:quantized|int8|q8)\b/, "int8"],
  [/_uint8\b/, "uint8"],
  [/_q4f16\b/, "q4f16"],
  [/_(?:bnb4)\b/, "bnb4"],
  [/_(?:q4|int4)\b/, "q4"],
  [/_(?:fp16|float16|half)\b/, "fp16"],
];

/** The precision that an ONNX file's name tells in the convention of transformers.js; "fp32" without one. */
export function precisionOf(file: string): string {
  return PRECISIONS.find(([pattern]) => pattern.test(file))?.[1] ?? "fp32";
}

/**
 * Why an ONNX file cannot be whole; null if its outermost fields end where the file ends. Only their lengths are read,
 * never the model.
 */
async function protobufProblem(path: string, name: string): Promise<string | null> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const buffer = Buffer.alloc(20);
  let at = 0;
  let fields = 0;
  while (at < size && fields++ < 100_000) {
    const { bytesRead } = await file.read(buffer, 0, 20, at);
    const length = fieldLength(buffer.subarray(0, bytesRead));
    if (length === null) return `${name} is not an ONNX model`;
    at += length;
  }
  return at === size && size > 0 ? null : `${name} is cut off or still being written`;
}

/** Bytes of the protobuf field that begins here, tag included; null where none can begin. */
function fieldLength(bytes: Buffer): number | null {
  const tag = varint(bytes, 0);
  if (tag === null || tag.value === 0) return null;
  const wire = tag.value % 8;
  if (wire === 1) return tag.end + 8;
  if (wire === 5) return tag.end + 4;
  const next = varint(bytes, tag.end);
  if (next === null) return null;
  if (wire === 0) return next.end;
  return wire === 2 ? next.end + next.value : null;
}

function varint(bytes: Buffer, start: number): { value: number; end: number } | null {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) return null;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  return null;
}

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { RUNS } from "./fixtures.ts";
import type { TemporaryFolder } from "./temporary-folder.ts";

/** A safetensors file of zeros with the header of a recorded checkpoint. */
export function safetensors(run: string, checkpoint: string, name = "model.safetensors"): Buffer {
  const header = readFileSync(join(RUNS, run, checkpoint, `${name}.header.json`));
  const tensors = JSON.parse(header.toString("utf8")) as Record<string, { data_offsets?: [number, number] }>;
  const data = Math.max(...Object.values(tensors).map((tensor) => tensor.data_offsets?.[1] ?? 0));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(data)]);
}

/** The smallest zip archive, empty. */
export const EMPTY_ZIP = Buffer.from([0x50, 0x4b, 5, 6, ...new Array<number>(18).fill(0)]);

/** An archive as .pt and .ckpt files are, as far as its ends show. */
export function zipLike(bytes: number): Buffer {
  return Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.alloc(bytes), EMPTY_ZIP]);
}

/** Lays out the files that a recorded run's tree.txt lists, with contents of the right kind. */
export function layOut(folder: TemporaryFolder, run: string, only: RegExp): void {
  for (const line of readFileSync(join(RUNS, run, "tree.txt"), "utf8")
    .trim()
    .split("\n")) {
    const path = line.split("\t")[0] as string;
    if (only.test(path)) folder.write(path, contentOf(path));
  }
}

function contentOf(path: string): string | Buffer {
  const step = /checkpoint-(\d+)\//.exec(path)?.[1];
  if (path.endsWith("trainer_state.json"))
    return JSON.stringify({ global_step: Number(step), epoch: Number(step) / 6, log_history: [] });
  if (/\.(?:pt|pth|ckpt|bin)$/.test(path)) return zipLike(40);
  return path.endsWith(".json") ? "{}" : "x";
}

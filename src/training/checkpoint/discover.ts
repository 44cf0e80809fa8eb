import { opendir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { EvalhError, hasErrno, messageOf } from "../../core/errors.ts";
import { naturalOrder } from "../find-log.ts";
import type { CheckpointFormat, Entry, Inspection } from "./checkpoint-format.ts";
import { stepInName } from "./step-in-name.ts";

/** A checkpoint found on disk. */
export interface DiscoveredCheckpoint {
  /** Name of the folder or file. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly step: number | null;
  readonly epoch: number | null;
  /** For example "hf-safetensors", "peft-safetensors", "onnx-int8", "onnx" (several precisions), "torch-dcp". */
  readonly format: string;
  /** Absolute paths of the files that hold the weights. */
  readonly weights: readonly string[];
  /** Absolute path of tokenizer.json, beside the weights or one folder up; null if there is none. */
  readonly tokenizer: string | null;
  /** Bytes of the weights. */
  readonly bytes: number;
  readonly complete: boolean;
  /** Why it is not complete; null if it is. */
  readonly reason: string | null;
  /** For an adapter, the model it was trained on, as its configuration names it. */
  readonly base: string | null;
}

/** All kinds of checkpoints; where a folder fits several, the first counts. */
const checkpointFormats = {
  peft: async () => (await import("./hf-folder.ts")).peft,
  onnx: async () => (await import("./onnx-folder.ts")).onnxFolder,
  "hf-safetensors": async () => (await import("./hf-folder.ts")).hfSafetensors,
  "hf-pickle": async () => (await import("./hf-folder.ts")).hfPickle,
  deepspeed: async () => (await import("./deepspeed.ts")).deepspeed,
  "torch-dcp": async () => (await import("./torch-dcp.ts")).torchDcp,
  lightning: async () => (await import("./archive-file.ts")).lightning,
  keras: async () => (await import("./archive-file.ts")).keras,
  gguf: async () => (await import("./gguf.ts")).gguf,
} satisfies Record<string, () => Promise<CheckpointFormat>>;

// lightning_logs/version_0/checkpoints/… is the deepest in use.
const MAX_DEPTH = 4;
const MAX_ENTRIES = 20_000;
const SKIPPED = new Set(["node_modules", ".git", "__pycache__", ".venv", "venv", "wandb", "runs", "evalh"]);

/**
 * The checkpoints in a training's output folder, by step, then name. If what is named is itself a checkpoint, a file or
 * a folder that holds no others, it is the only one; beside checkpoints of its own it is taken for the copy that trainers leave at the end.
 * Reads headers and sizes only.
 * @throws EvalhError E_CHECKPOINT if the folder cannot be read
 */
export async function discoverCheckpoints(folder: string): Promise<readonly DiscoveredCheckpoint[]> {
  const root = resolve(folder);
  const formats = await Promise.all(Object.values(checkpointFormats).map((load) => load()));
  if ((await stat(root).catch(() => null))?.isFile() === true) {
    const file = await inspect({ path: root, name: basename(root), kind: "file", files: [] }, formats);
    return file === null ? [] : [file];
  }
  const found: DiscoveredCheckpoint[] = [];
  await search(root, 0, { formats, found, seen: 0 });
  if (found.length === 0) {
    const own = await inspect(await entryOf(root), formats);
    if (own !== null) found.push(own);
  }
  return found.sort((a, b) => (a.step ?? Infinity) - (b.step ?? Infinity) || naturalOrder(a.path, b.path));
}

interface Search {
  readonly formats: readonly CheckpointFormat[];
  readonly found: DiscoveredCheckpoint[];
  seen: number;
}

async function search(folder: string, depth: number, state: Search): Promise<void> {
  for (const { name, isFolder, isLink } of await list(folder, depth === 0)) {
    if (++state.seen > MAX_ENTRIES) return;
    const path = join(folder, name);
    if (isFolder && SKIPPED.has(name)) continue;
    const entry = isFolder ? await entryOf(path) : { path, name, kind: "file" as const, files: [] };
    const checkpoint = await inspect(entry, state.formats);
    if (checkpoint !== null) state.found.push(checkpoint);
    // A link to a checkpoint is one; other linked folders may lead in circles.
    else if (isFolder && !isLink && depth + 1 < MAX_DEPTH) await search(path, depth + 1, state);
  }
}

async function inspect(entry: Entry, formats: readonly CheckpointFormat[]): Promise<DiscoveredCheckpoint | null> {
  const format = formats.find((one) => one.recognises(entry));
  if (format === undefined) return null;
  try {
    return await describe(entry, await format.inspect(entry));
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ENOTDIR")) return null;
    throw new EvalhError("E_CHECKPOINT", `${entry.path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function describe(entry: Entry, inspection: Inspection): Promise<DiscoveredCheckpoint> {
  const named = stepInName(entry.name);
  const sizes = await Promise.all(inspection.weights.map(async (path) => (await stat(path)).size));
  const unfinishedName = /(?:^tmp[-_]|\.tmp|\.part|\.incomplete)/.test(entry.name)
    ? "its name is that of an unfinished write"
    : null;
  const reason = inspection.problem ?? unfinishedName;
  return {
    name: entry.name,
    path: entry.path,
    step: inspection.step ?? named.step,
    epoch: inspection.epoch ?? named.epoch,
    format: inspection.format,
    weights: inspection.weights,
    tokenizer: entry.kind === "file" ? null : await findTokenizer(entry.path),
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    complete: reason === null,
    reason,
    base: inspection.base ?? null,
  };
}

async function findTokenizer(folder: string): Promise<string | null> {
  for (const place of [folder, dirname(folder)]) {
    const path = join(place, "tokenizer.json");
    if ((await stat(path).catch(() => null))?.isFile() === true) return path;
  }
  return null;
}

async function entryOf(path: string): Promise<Entry> {
  const files: string[] = [];
  for (const { name, isFolder } of await list(path, false)) {
    if (isFolder) files.push(...(await list(join(path, name), false)).map((child) => `${name}/${child.name}`));
    else files.push(name);
    if (files.length > MAX_ENTRIES) break;
  }
  return { path, name: basename(path), kind: "folder", files };
}

interface Child {
  readonly name: string;
  readonly isFolder: boolean;
  readonly isLink: boolean;
}

/** A folder's files and folders, links followed, in natural order. A folder that vanished is empty unless required. */
async function list(folder: string, required: boolean): Promise<Child[]> {
  const children: Child[] = [];
  try {
    for await (const child of await opendir(folder)) {
      const link = child.isSymbolicLink() ? await stat(join(folder, child.name)).catch(() => null) : child;
      if (link !== null) children.push({ name: child.name, isFolder: link.isDirectory(), isLink: link !== child });
      if (children.length >= MAX_ENTRIES) break;
    }
  } catch (error) {
    if (!required && hasErrno(error, "ENOENT", "ENOTDIR", "EACCES")) return [];
    throw new EvalhError("E_CHECKPOINT", `${folder} cannot be read: ${messageOf(error)}`, {
      cause: error,
      hint: "name the folder that the checkpoints are saved in",
    });
  }
  return children.sort((a, b) => naturalOrder(a.name, b.name));
}

import { opendir } from "node:fs/promises";
import { join } from "node:path";

import { hasErrno } from "../core/errors.ts";

// Deep enough for lightning_logs/version_0/… and wandb/offline-run-…/…, and no more: an output folder may lie above
// a whole disk.
const MAX_DEPTH = 4;
const MAX_FILES = 20_000;
const SKIPPED = new Set(["node_modules", ".git", "__pycache__", ".venv", "venv", "latest-run"]);

export interface FolderListing {
  /** Paths relative to the folder, with forward slashes, in natural order: version_10 after version_9. */
  readonly files: readonly string[];
  /** False when the folder holds more than is looked at. */
  readonly complete: boolean;
}

/** All files in a folder and below, to a depth and number that stay bounded. Links are not followed. */
export async function listFiles(folder: string): Promise<FolderListing> {
  const files: string[] = [];
  const pending: { readonly path: string; readonly depth: number }[] = [{ path: "", depth: 0 }];
  for (let at = 0; at < pending.length && files.length < MAX_FILES; at++) {
    const { path, depth } = pending[at] as { path: string; depth: number };
    for await (const entry of entriesOf(join(folder, path))) {
      const child = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isFile()) files.push(child);
      else if (entry.isDirectory() && depth < MAX_DEPTH && !SKIPPED.has(entry.name))
        pending.push({ path: child, depth: depth + 1 });
      if (files.length + pending.length >= MAX_FILES) break;
    }
  }
  files.sort(naturalOrder);
  return { files, complete: files.length < MAX_FILES };
}

// A trainer that rotates checkpoints may remove a folder between seeing and opening it.
async function* entriesOf(
  path: string,
): AsyncIterable<{ name: string; isFile: () => boolean; isDirectory: () => boolean }> {
  try {
    yield* await opendir(path);
  } catch (error) {
    if (!hasErrno(error, "ENOENT", "EACCES", "EPERM")) throw error;
  }
}

/** Made when first needed: most commands order nothing, and it takes some 10 ms. */
let collator: Intl.Collator | undefined;

/** Orders names so that numbers within them count by value. */
export function naturalOrder(a: string, b: string): number {
  collator ??= new Intl.Collator("en", { numeric: true });
  return collator.compare(a, b);
}

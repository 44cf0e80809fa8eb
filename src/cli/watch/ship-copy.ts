import { copyFile, link, mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";

import { hasErrno } from "../../core/errors.ts";
import { trainingFiles } from "../../training/trainer/command-line.ts";

/** What only a resumed training needs; it may be several times as large as the weights. */
const FOR_RESUMING = /^(?:optimizer|scheduler|scaler|rng_state|training_args|global_step)/u;

/**
 * Keeps the checkpoint to ship beside the training's own, where no rotation of the trainer removes it: as hard links,
 * which take no space, or as copies where the disk has none. What stood there before goes once the new one is whole.
 * @returns its folder; null if the checkpoint is gone
 */
export async function keepShip(output: string, checkpoint: string): Promise<string | null> {
  const place = trainingFiles.ship(output);
  const target = join(place, basename(checkpoint));
  const draft = join(place, `.${basename(checkpoint)}.draft`);
  try {
    await rm(draft, { recursive: true, force: true });
    await copyTree(checkpoint, draft);
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } catch (error) {
    if (!hasErrno(error, "ENOENT")) throw error;
    await rm(draft, { recursive: true, force: true });
    return null;
  }
  for (const name of await readdir(place)) {
    if (name !== basename(target)) await rm(join(place, name), { recursive: true, force: true });
  }
  return target;
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (FOR_RESUMING.test(entry.name)) continue;
    const source = join(from, entry.name);
    if (entry.isDirectory()) await copyTree(source, join(to, entry.name));
    else await linkOrCopy(source, join(to, entry.name));
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) throw error;
    await copyFile(from, to);
  }
}

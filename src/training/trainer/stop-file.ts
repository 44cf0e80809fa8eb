import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What a stop file says. */
export interface StopNote {
  readonly reason: string;
  /** Whether the trainer is to save where it is, to be resumed. */
  readonly save: boolean;
}

/** Puts a stop file in place as a whole: whoever waits for it reads it at once. */
export async function writeStopFile(path: string, { reason, save }: StopNote): Promise<void> {
  const draft = `${path}.draft`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(draft, `${JSON.stringify({ reason, save })}\n`);
  await rename(draft, path);
}

import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";

import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { decodeLine, encodeLine } from "./checked-line.ts";
import { writeAtomically } from "./run-folder.ts";

/**
 * Files of a run's `index` folder save reading others again. Each is derived and says what it was derived from; they may
 * be deleted at any time, and one that is missing, damaged or out of date is not used.
 */
export async function readIndex(path: string): Promise<JsonObject | null> {
  const bytes = await readFile(path).catch(() => null);
  const record = bytes === null ? undefined : decodeLine(bytes.subarray(0, -1));
  return isJsonObject(record) ? record : null;
}

/** @throws EvalhError E_STORE; who writes an index goes on without it */
export async function writeIndex(path: string, content: object): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, encodeLine(content));
}

import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readdirSync } from "node:fs";

import { EvalhError } from "../core/errors.ts";

const NAMES = ["suite.yaml", "suite.yml", "suite.json"];

/** The suites that ship with evalh. The folder lies one level higher when run from the sources than from dist/. */
function shippedFolder(): string | null {
  for (const path of ["../../suites", "../../../suites"]) {
    const folder = fileURLToPath(new URL(path, import.meta.url));
    try {
      readdirSync(folder);
      return folder;
    } catch {
      // Not here; the other place has it.
    }
  }
  return null;
}

/**
 * Finds a suite: a file, a folder with a suite.yaml, suites/<name> below the working folder, or one that ships.
 * @throws EvalhError E_USAGE naming what there is
 */
export async function locateSuite(wanted: string): Promise<string> {
  const shipped = shippedFolder();
  const folders = [wanted, join("suites", wanted), ...(shipped === null ? [] : [join(shipped, wanted)])];
  for (const candidate of [wanted, ...folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))]) {
    const info = await stat(candidate).catch(() => null);
    if (info?.isFile() === true) return resolve(candidate);
  }
  const known = [...new Set([...suitesIn("suites"), ...(shipped === null ? [] : suitesIn(shipped))])];
  throw new EvalhError("E_USAGE", `there is no suite "${wanted}": no such file, no folder with a suite.yaml`, {
    hint:
      known.length === 0
        ? "write one with `evalh init`"
        : `known suites: ${known.join(", ")}; write your own with \`evalh init\``,
  });
}

function suitesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

import { readFile, rename, writeFile } from "node:fs/promises";

import { hasErrno } from "../../core/errors.ts";
import { isJsonObject, type JsonValue } from "../../core/json.ts";
import { humanFiles } from "../store.ts";
import { storeError } from "../../run/store/line-file.ts";

/** Where a sheet was pushed to. */
export interface LabelStudioLink {
  readonly url: string;
  readonly project: number;
}

/** Null for a sheet that was not pushed. */
export async function readLink(run: string, sheet: string): Promise<LabelStudioLink | null> {
  const path = humanFiles.labelStudio(run, sheet);
  try {
    const value = JSON.parse(await readFile(path, "utf8")) as JsonValue;
    const { url, project } = isJsonObject(value) ? value : {};
    return typeof url === "string" && typeof project === "number" ? { url, project } : null;
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return null;
    throw storeError("read", path, error);
  }
}

export async function writeLink(run: string, sheet: string, link: LabelStudioLink): Promise<void> {
  const path = humanFiles.labelStudio(run, sheet);
  try {
    await writeFile(`${path}.new`, `${JSON.stringify({ format: "evalh-label-studio/1", ...link }, null, 2)}\n`);
    await rename(`${path}.new`, path);
  } catch (error) {
    throw storeError("write", path, error);
  }
}

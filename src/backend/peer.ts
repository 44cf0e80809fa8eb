import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

import { EvalhError, hasErrno } from "../core/errors.ts";

/** A package that few need and that is large: who needs it installs it beside evalh. */
interface Peer {
  readonly name: string;
  /** The version that was tested. */
  readonly version: string;
  /** What needs it, for the message. */
  readonly wantedBy: string;
  /** Value of NODE_PATH: further folders of packages, which `import` by itself does not look into. */
  readonly nodePath: string | undefined;
}

/**
 * Loads an optional package, whose exports the caller describes.
 * @throws EvalhError E_MISSING_DEPENDENCY that names the command which installs it
 */
export async function loadPeer<T>({ name, version, wantedBy, nodePath }: Peer): Promise<T> {
  const found = await entryBelow(nodePath, name);
  try {
    return (await import(found ?? name)) as T;
  } catch (error) {
    if (found !== null || !hasErrno(error, "ERR_MODULE_NOT_FOUND")) throw error;
    throw new EvalhError("E_MISSING_DEPENDENCY", `${wantedBy} needs the package ${name}, which is not installed`, {
      hint: `npm install ${name}@${version}, beside evalh (with --global if evalh is)`,
      cause: error,
    });
  }
}

/** Address of the package's entry in one of the folders; null if none has it. */
async function entryBelow(nodePath: string | undefined, name: string): Promise<string | null> {
  for (const folder of nodePath?.split(delimiter).filter(Boolean) ?? []) {
    const root = join(folder, name);
    const manifest = await readFile(join(root, "package.json"), "utf8").catch(() => null);
    if (manifest === null) continue;
    const { main = "index.js" } = JSON.parse(manifest) as { readonly main?: string };
    return pathToFileURL(join(root, main)).href;
  }
  return null;
}

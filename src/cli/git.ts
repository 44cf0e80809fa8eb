import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { EvalhError, messageOf } from "../core/errors.ts";

/** Files of a repository may be large; this is more than any baseline needs. */
const MOST_BYTES = 1 << 28;

/**
 * What git prints. Arguments never pass a shell.
 * @throws EvalhError E_USAGE with git's own words
 */
export async function git(args: readonly string[], what: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("git", [...args], { maxBuffer: MOST_BYTES });
    return stdout;
  } catch (error) {
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    const why = stderr === "" ? messageOf(error) : (stderr.split("\n")[0] ?? "");
    throw new EvalhError("E_USAGE", `${what}: ${why}`, { cause: error });
  }
}

/** Refuses what git would take for an option. */
export function checkRevision(revision: string): string {
  if (revision !== "" && !revision.startsWith("-")) return revision;
  throw new EvalhError("E_USAGE", `"${revision}" is no git revision`);
}

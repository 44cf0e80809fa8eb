import { existsSync } from "node:fs";
import { join } from "node:path";

type Lookup = (name: string) => string | undefined;

/** Folder of the environment that `evalh doctor --install python` makes. */
export function pythonFolder(env: Lookup): string {
  const data = env("XDG_DATA_HOME") ?? join(env("HOME") ?? ".", ".local", "share");
  return join(data, "evalh", "python");
}

/** The Python to run: the one that EVALH_PYTHON names, the one that evalh has installed, or python3. */
export function findPython(env: Lookup): string {
  const named = env("EVALH_PYTHON");
  if (named !== undefined && named !== "") return named;
  const installed = join(pythonFolder(env), "bin", "python");
  return existsSync(installed) ? installed : "python3";
}

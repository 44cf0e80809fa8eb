import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

import { runFiles } from "../../../src/run/store/run-folder.ts";

/** A text that changes whenever the run has new answers or another state. */
export async function runStamp(folder: string): Promise<string> {
  const samples = dirname(runFiles.samples(folder, "any"));
  const names = await readdir(samples).catch(() => []);
  const paths = [
    runFiles.manifest(folder),
    ...names.toSorted((a, b) => (a < b ? -1 : 1)).map((name) => join(samples, name)),
  ];
  const parts = paths.map(async (path) => {
    const info = await stat(path).catch(() => null);
    return info === null ? `${path} gone` : `${path} ${info.size} ${info.mtimeMs}`;
  });
  return (await Promise.all(parts)).join("\n");
}

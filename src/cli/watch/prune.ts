import { rm } from "node:fs/promises";
import { relative } from "node:path";

import { planRetention, type RetentionFacts } from "../../training/retention.ts";
import { checkpointsIn } from "../../training/trainer/resume.ts";

/** "dry-run" says what would be deleted. */
export type PruneMode = "dry-run" | "delete";

/** Deletes the checkpoints that nothing needs any more, or says which they are. @returns lines for the user */
export async function pruneCheckpoints(
  output: string,
  facts: RetentionFacts,
  options: { readonly mode: PruneMode; readonly told: Set<string> },
): Promise<string[]> {
  const { remove } = planRetention(await checkpointsIn(output), facts);
  const fresh = remove.filter(({ path }) => !options.told.has(path));
  const lines: string[] = [];
  for (const { path, bytes } of fresh) {
    options.told.add(path);
    if (options.mode === "delete") await rm(path, { recursive: true, force: true });
    const verb = options.mode === "delete" ? "deleted" : "would delete";
    lines.push(`${verb} ${relative(process.cwd(), path)} (${(bytes / 1e6).toFixed(1)} MB of weights)`);
  }
  return lines;
}

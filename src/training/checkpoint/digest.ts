import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { basename } from "node:path";

/**
 * sha256 (hex) over the names and contents of files, streamed. The order of the paths does not matter and where they
 * lie does not either, so that a copied checkpoint keeps its digest.
 */
export async function digestFiles(paths: readonly string[]): Promise<string> {
  const parts: string[] = [];
  for (const path of paths) parts.push(`${await digestFile(path)}  ${basename(path)}\n`);
  return createHash("sha256").update(parts.sort().join("")).digest("hex");
}

async function digestFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await using file = await open(path, "r");
  for await (const chunk of file.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false })) {
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";

import { datasetFiles } from "./files.ts";
import type { DatasetSpec } from "./spec.ts";

/**
 * sha256 over the bytes of a dataset, hex, read as a stream. Of several files it is the hash over their names and
 * hashes, in order.
 * @throws EvalhError E_DATASET if there is no such file
 */
export async function datasetDigest(spec: Pick<DatasetSpec, "path" | "format">): Promise<string> {
  const { files } = await datasetFiles(spec);
  const digests: [string, string][] = [];
  for (const file of files) digests.push([basename(file), await fileDigest(file)]);
  const [only] = digests;
  if (digests.length === 1 && only !== undefined) return only[1];
  return createHash("sha256").update(JSON.stringify(digests)).digest("hex");
}

async function fileDigest(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

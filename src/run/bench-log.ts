import type { LoadResult } from "../load/load-result.ts";
import { isJsonObject, type JsonValue } from "../core/json.ts";
import { readLines } from "./store/line-file.ts";
import { lockRun } from "./store/lock.ts";
import { runFiles } from "./store/run-folder.ts";
import { openShard } from "./store/shard-writer.ts";

/** Adds a measurement of the served model's speed to a run. @throws EvalhError E_RUN_LOCKED, E_STORE */
export async function appendBench(folder: string, result: LoadResult): Promise<void> {
  await using _lock = await lockRun(folder);
  const { writer } = await openShard(runFiles.bench(folder), () => undefined);
  await using shard = writer;
  shard.append([result], () => undefined);
  await shard.drained();
}

/** The measurements kept with a run, in the order they were made; none without any. */
export async function readBenches(folder: string): Promise<LoadResult[]> {
  const results: LoadResult[] = [];
  for await (const { record } of readLines(runFiles.bench(folder))) {
    if (isJsonObject(record) && record["format"] === "evalh-bench/1")
      results.push(withBounds(record) as unknown as LoadResult);
  }
  return results;
}

/** JSON has no infinity: an interval without an upper bound comes back with null, which would count as 0. */
function withBounds(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(withBounds);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withBounds(inner)] as const);
  const isEstimate = value["hi"] === null && typeof value["method"] === "string";
  return { ...Object.fromEntries(entries), ...(isEstimate && { hi: Infinity }) };
}

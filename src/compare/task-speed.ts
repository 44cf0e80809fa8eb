import { readFile } from "node:fs/promises";

import { isJsonObject, type JsonObject } from "../core/json.ts";
import { runFiles } from "../run/store/run-folder.ts";
import { unitKey } from "./shard-scan.ts";

/** What asking one checkpoint one task took: waiting for answers, judging and storing them, but not loading the model. */
export interface TaskSpeed {
  readonly samples: number;
  readonly seconds: number;
  /** Generated tokens. */
  readonly tokens: number;
}

/**
 * Checkpoint → unit key → its speed, from the run's events. Stretches in which answers came from the cache say nothing
 * of a model and are left out.
 */
export async function readSpeeds(folder: string): Promise<ReadonlyMap<string, ReadonlyMap<string, TaskSpeed>>> {
  const speeds = new Map<string, Map<string, TaskSpeed>>();
  // A run without events, or of an earlier evalh, has no speeds.
  const text = await readFile(runFiles.events(folder), "utf8").catch(() => "");
  for (const line of text.split("\n")) {
    const event = parse(line);
    if (event === null || event["type"] !== "task-finished" || event["known"] !== 0) continue;
    const { checkpoint, task, split, samples, seconds, tokens } = event as Readonly<Record<string, unknown>>;
    if (typeof checkpoint !== "string" || typeof task !== "string" || typeof split !== "string") continue;
    if (typeof samples !== "number" || typeof seconds !== "number" || typeof tokens !== "number") continue;
    const tasks = speeds.get(checkpoint) ?? new Map<string, TaskSpeed>();
    const key = unitKey({ task, split });
    const before = tasks.get(key) ?? { samples: 0, seconds: 0, tokens: 0 };
    tasks.set(key, {
      samples: before.samples + samples,
      seconds: before.seconds + seconds,
      tokens: before.tokens + tokens,
    });
    speeds.set(checkpoint, tasks);
  }
  return speeds;
}

function parse(line: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

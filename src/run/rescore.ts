import { open, rename, type FileHandle } from "node:fs/promises";

import { isSystemError } from "../core/errors.ts";
import type { Judge } from "../core/judge.ts";
import { itemVersion } from "./item-version.ts";
import { judgeCompletion } from "./judging.ts";
import { encodeLine, decodeLine } from "./store/checked-line.ts";
import { readLines, storeError } from "./store/line-file.ts";
import {
  isSampleRecord,
  type ItemRecord,
  type RunManifest,
  type SampleRecord,
  type UnitInfo,
} from "./store/records.ts";
import { runFiles } from "./store/run-folder.ts";
import { restoredCompletion } from "./store/stored-completion.ts";
import { toSample } from "./unit-runner.ts";

/** Answers judged together: a judge may ask a model, and several questions at a time take no longer than one. */
const BLOCK = 64;

/** How a unit is judged now. */
export interface Rescoring {
  readonly unit: UnitInfo;
  readonly judges: readonly Judge[];
}

/**
 * Judges every stored answer of a run again, without inference. Each shard is replaced as a whole when it is finished.
 * The caller holds the run's lock.
 * @returns the number of answers judged
 */
export async function rescore(folder: string, manifest: RunManifest, plan: readonly Rescoring[]): Promise<number> {
  const items = await Promise.all(plan.map(({ unit }) => openItems(folder, unit)));
  let judged = 0;
  try {
    for (const checkpoint of manifest.checkpoints) {
      const path = runFiles.samples(folder, checkpoint.id);
      judged += await rewriteShard(path, async (record) => {
        const index = plan.findIndex(({ unit }) => unit.task === record.task && unit.split === record.split);
        const rescoring = plan[index];
        const item = await items[index]?.item(record.i);
        if (rescoring === undefined || item == null) return record;
        const { scores: _old, unscored: _reasons, warnings: _warnings, ...answer } = record;
        const judgedAgain = await judgeCompletion(rescoring.judges, {
          completion: restoredCompletion(record),
          sample: toSample(itemVersion(item, record.repeat), rescoring.unit),
          origin: { checkpoint: checkpoint.id, task: record.task, split: record.split, repeat: record.repeat },
        });
        return { ...answer, ...judgedAgain };
      });
    }
  } finally {
    for (const each of items) await each.close();
  }
  return judged;
}

async function rewriteShard(path: string, change: (record: SampleRecord) => Promise<SampleRecord>): Promise<number> {
  const draft = `${path}.draft`;
  let judged = 0;
  try {
    await using file = await open(draft, "w");
    const write = async (records: readonly SampleRecord[]): Promise<void> => {
      const changed = await Promise.all(
        records.map((record) => (record.error === undefined ? change(record) : Promise.resolve(record))),
      );
      await file.writeFile(changed.map(encodeLine).join(""));
      judged += changed.filter((record, index) => record !== records[index]).length;
    };
    let block: SampleRecord[] = [];
    for await (const { record } of readLines(path)) {
      if (!isSampleRecord(record)) continue;
      block.push(record);
      if (block.length < BLOCK) continue;
      await write(block);
      block = [];
    }
    await write(block);
    await file.datasync();
    await rename(draft, path);
  } catch (error) {
    throw isSystemError(error) ? storeError("write", draft, error) : error;
  }
  return judged;
}

interface ItemFile {
  /** The sample with this ordinal; null if there is none. */
  item(ordinal: number): Promise<ItemRecord | null>;
  close(): Promise<void>;
}

/** Random access to a unit's samples: shards keep answers in the order they came. */
async function openItems(folder: string, unit: UnitInfo): Promise<ItemFile> {
  const path = runFiles.items(folder, unit.task, unit.split);
  const offsets = new Float64Array(unit.n);
  const lengths = new Uint32Array(unit.n);
  let next = 0;
  for await (const line of readLines(path)) {
    offsets[next] = line.offset;
    lengths[next] = line.length;
    next++;
  }
  let file: FileHandle | null = null;
  try {
    file = await open(path, "r");
  } catch (error) {
    throw storeError("read", path, error);
  }
  const handle = file;
  return {
    async item(ordinal) {
      const length = lengths[ordinal] ?? 0;
      if (length === 0) return null;
      const bytes = Buffer.allocUnsafe(length);
      await handle.read(bytes, 0, length, offsets[ordinal] ?? 0);
      return (decodeLine(bytes) as ItemRecord | undefined) ?? null;
    },
    close: () => handle.close(),
  };
}

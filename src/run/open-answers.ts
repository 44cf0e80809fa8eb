import { doneSet, type DoneSet } from "./done-set.ts";
import { isSampleRecord } from "./store/records.ts";
import { runFiles } from "./store/run-folder.ts";
import { readShardIndex, writeShardIndex, type ShardPrefix } from "./store/shard-index.ts";
import { openShard, type Repair, type ShardWriter } from "./store/shard-writer.ts";
import type { Unit } from "./unit-runner.ts";

/** What an index costs is nothing beside what is done in this time, and no more is read again after a kill. */
const INDEX_EVERY_MS = 20_000;

/** A checkpoint's answers: those that are there, and a writer for more. */
export interface Answers extends AsyncDisposable {
  readonly writer: ShardWriter;
  readonly repair: Repair;
  doneOf(unit: Unit): DoneSet;
  /** Over all units. */
  readonly size: number;
}

/**
 * Opens a checkpoint's shard. What its index covers is not parsed again, though every byte of it is still held against
 * a checksum.
 * @throws EvalhError E_STORE
 */
export async function openAnswers(folder: string, checkpoint: string, units: readonly Unit[]): Promise<Answers> {
  const done = new Map(units.map(({ info }) => [unitKey(info), doneSet(info.n, info.repeats)]));
  const shard = runFiles.samples(folder, checkpoint);
  const indexPath = runFiles.shardIndex(folder, checkpoint);
  const index = await readShardIndex(indexPath, shard);
  for (const [key, bits] of Object.entries(index?.done ?? {})) done.get(key)?.addPacked(bits);
  let latest: ShardPrefix | null = null;
  let indexed = performance.now();
  let writing: Promise<void> = Promise.resolve();
  const writeIndex = (prefix: ShardPrefix): void => {
    latest = null;
    indexed = performance.now();
    const bits = Object.fromEntries([...done].map(([key, set]) => [key, set.packed()]));
    // Without an index everything is read: it is no reason to fail.
    writing = writing.then(() => writeShardIndex(indexPath, { ...prefix, done: bits })).catch(() => undefined);
  };
  const { writer, repair } = await openShard(
    shard,
    (record) => {
      if (isSampleRecord(record) && record.error === undefined) done.get(unitKey(record))?.add(record.i, record.repeat);
    },
    {
      known: index,
      onWritten(prefix) {
        latest = prefix;
        if (performance.now() - indexed > INDEX_EVERY_MS) writeIndex(prefix);
      },
    },
  );
  return {
    writer,
    repair,
    doneOf: ({ info }) => done.get(unitKey(info)) ?? doneSet(info.n, info.repeats),
    get size() {
      return [...done.values()].reduce((sum, { size }) => sum + size, 0);
    },
    async [Symbol.asyncDispose]() {
      await writer[Symbol.asyncDispose]();
      // After a failed write more is marked as done than the file holds.
      if (latest !== null && !writer.isBroken) writeIndex(latest);
      await writing;
    },
  };
}

function unitKey(unit: { readonly task: string; readonly split: string }): string {
  return `${unit.task}@${unit.split}`;
}

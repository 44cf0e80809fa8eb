import { promisify } from "node:util";
import { gzip } from "node:zlib";

import type { Comparison } from "../../../src/compare/comparison.ts";
import { readRun, type RunData } from "../../../src/compare/run-data.ts";
import { itemPlaces, shardPlaces, type Places } from "../../../src/compare/sample-places.ts";
import { sampleReader, type SampleReader } from "../../../src/compare/sample-reader.ts";
import { sampleSource } from "../../../src/compare/sample-source.ts";
import { unitKey } from "../../../src/compare/shard-scan.ts";
import type { UnitInfo } from "../../../src/run/store/records.ts";
import { isLocked } from "../../../src/run/store/lock.ts";
import { columnBlocks } from "../data/blocks.ts";
import { columnCollector } from "../data/collector.ts";
import { BlockName, type StoredSample } from "../data/format.ts";
import { storedSample } from "../data/stored-sample.ts";
import { worstList } from "../data/worst-list.ts";
import { pageHead, pageTail } from "../page.ts";
import { runStamp } from "./run-stamp.ts";

const compress = promisify(gzip);

export type CompareData = (data: RunData) => Promise<Comparison>;

/** A run as it was when it was read: the page, its data, and its texts one by one from disk. */
export interface ServedRun extends AsyncDisposable {
  readonly version: number;
  readonly stamp: string;
  /** Whether somebody works on it at present. */
  isRunning(): Promise<boolean>;
  /** Gzip. */
  readonly page: Uint8Array;
  /** Gzip of a block; null for a name that there is not. Waits until the samples have been read. */
  block(name: string): Promise<Uint8Array | null>;
  /** Counts over all test samples; null beyond them. */
  sample(place: number): Promise<StoredSample | null>;
}

/** Reads a run. The page is ready when this resolves; the samples are read meanwhile. */
export async function serveRun(
  folder: string,
  { version, compare }: { readonly version: number; readonly compare: CompareData },
): Promise<ServedRun> {
  // Before reading: what comes meanwhile makes the page stale rather than being missed.
  const stamp = await runStamp(folder);
  const data = await readRun(folder);
  const comparison = await compare(data);
  const places = keptPlaces();
  const blocks = readBlocks(data, comparison, places.answersOf);
  // Told to whoever asks for a block; a failure that nobody asked about is none.
  blocks.catch(() => undefined);
  const units = data.manifest.units.filter(({ split }) => split === "test");
  const readers = new Map<UnitInfo, Promise<SampleReader>>();
  const readerOf = (unit: UnitInfo): Promise<SampleReader> => {
    const reader = readers.get(unit) ?? openReader(data, unit, places.answersOf);
    readers.set(unit, reader);
    return reader;
  };
  const page = pageHead(comparison, { version }) + pageTail(comparison, { left: null, isServed: true });
  return {
    version,
    stamp,
    isRunning: async () => data.manifest.state === "running" && (await isLocked(folder)),
    page: await compress(page),
    block: async (name) => (await blocks).get(name) ?? null,
    async sample(place) {
      let first = 0;
      for (const unit of units) {
        if (place >= first && place < first + unit.n)
          return storedSample(await (await readerOf(unit)).read(place - first));
        first += unit.n;
      }
      return null;
    },
    async [Symbol.asyncDispose]() {
      await blocks.catch(() => undefined);
      for (const reader of readers.values()) await (await reader)[Symbol.asyncDispose]();
    },
  };
}

type PlacesOf = typeof shardPlaces;

/** Where answers lie is found once, by whoever needs it first. */
function keptPlaces(): { readonly answersOf: PlacesOf } {
  const known = new Map<string, Promise<Places>>();
  return {
    answersOf(folder, checkpoint, unit) {
      const key = `${unitKey(unit)}\n${checkpoint}`;
      const places = known.get(key) ?? shardPlaces(folder, checkpoint, unit);
      known.set(key, places);
      return places;
    },
  };
}

async function openReader(data: RunData, unit: UnitInfo, answersOf: PlacesOf): Promise<SampleReader> {
  const answers: Places[] = [];
  for (const { id } of data.checkpoints) answers.push(await answersOf(data.folder, id, unit));
  return sampleReader(data, unit, { items: await itemPlaces(data.folder, unit), answers });
}

async function readBlocks(data: RunData, comparison: Comparison, placesOf: PlacesOf): Promise<Map<string, Uint8Array>> {
  const columns = columnCollector(comparison);
  const worst = worstList(comparison);
  for await (const view of sampleSource(data, placesOf).samples()) {
    worst.offer(columns.total, view);
    columns.add(view);
  }
  const collected = columns.finish();
  const meta = collected.meta({ embedded: collected.ids.length, embed: "served" });
  const blocks = new Map<string, Uint8Array>();
  const contents = [
    [BlockName.meta, JSON.stringify(meta)],
    [BlockName.worst, JSON.stringify(worst.finish())],
    ...columnBlocks(collected),
  ] as const;
  for (const [name, content] of contents) blocks.set(name, await compress(content));
  return blocks;
}

import { open, type FileHandle } from "node:fs/promises";

import { decodeLine } from "../run/store/checked-line.ts";
import type { ItemRecord, UnitInfo } from "../run/store/records.ts";
import { runFiles } from "../run/store/run-folder.ts";
import type { SampleOutput, SampleView } from "./comparison.ts";
import type { RunData } from "./run-data.ts";
import type { Places } from "./sample-places.ts";
import { outputConverter, sampleView } from "./sample-source.ts";
import { parseRecord } from "./shard-scan.ts";

/** Reads single samples of a unit from disk, in any order. Files are opened when first needed. */
export interface SampleReader extends AsyncDisposable {
  read(ordinal: number): Promise<SampleView>;
}

export interface UnitPlaces {
  readonly items: Places;
  /** One a checkpoint, in the run's order; a place a slot. */
  readonly answers: readonly Places[];
}

export function sampleReader(data: RunData, unit: UnitInfo, { items, answers }: UnitPlaces): SampleReader {
  const { folder, checkpoints } = data;
  const toOutput = outputConverter(data, unit);
  const files = new Map<string, Promise<FileHandle>>();
  const fileAt = (path: string): Promise<FileHandle> => {
    const file = files.get(path) ?? open(path, "r");
    files.set(path, file);
    return file;
  };
  return {
    async read(ordinal) {
      const itemFile = await fileAt(runFiles.items(folder, unit.task, unit.split));
      const item = decodeLine(await readPlace(itemFile, items, ordinal)) as ItemRecord;
      const outputs: (SampleOutput | null)[] = [];
      // Of a sample's repeats the first counts, as everywhere in reports.
      const slot = ordinal * unit.repeats;
      for (const [index, places] of answers.entries()) {
        const path = runFiles.samples(folder, checkpoints[index]?.id ?? "");
        const hasAnswer = (places.lengths[slot] ?? 0) > 0;
        const record = hasAnswer ? parseRecord(await readPlace(await fileAt(path), places, slot)) : null;
        outputs.push(record === null ? null : toOutput(record, checkpoints[index]?.id ?? ""));
      }
      return sampleView(unit, item, outputs);
    },
    async [Symbol.asyncDispose]() {
      for (const file of files.values()) await file.then((opened) => opened.close()).catch(() => undefined);
    },
  };
}

async function readPlace(file: FileHandle, { offsets, lengths }: Places, at: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(lengths[at] ?? 0);
  await file.read(bytes, 0, bytes.length, offsets[at] ?? 0);
  return bytes;
}

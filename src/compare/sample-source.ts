import { open, type FileHandle } from "node:fs/promises";

import type { Checkpoint } from "../core/checkpoint.ts";
import { hasErrno } from "../core/errors.ts";
import type { JsonValue } from "../core/json.ts";
import { sliceOf } from "../dataset/slice.ts";
import { readItems } from "../run/items.ts";
import type { ItemRecord, SampleRecord, UnitInfo } from "../run/store/records.ts";
import { runFiles } from "../run/store/run-folder.ts";
import type { SampleOutput, SampleSource, SampleView } from "./comparison.ts";
import { metricKey, type RunData } from "./run-data.ts";
import { sampleNotes } from "./sample-notes.ts";
import { shardPlaces, type Places } from "./sample-places.ts";
import { parseRecord, unitKey } from "./shard-scan.ts";

/** Samples that are read together: their lines lie near each other, so a few large reads fetch them. */
const BLOCK = 512;
/** Lines closer than this are fetched by one read, the bytes between them thrown away. */
const GAP_BYTES = 1 << 16;

/** Streams a run's test samples from its folder, a block at a time, whatever the order of lines in the shards. */
export function sampleSource(data: RunData, placesOf: PlacesOf = shardPlaces): SampleSource {
  return {
    async *samples() {
      for (const unit of data.manifest.units) {
        if (unit.split === "test") yield* unitSamples(data, unit, placesOf);
      }
    },
  };
}

/** Finds a shard's lines; a caller that needs them again keeps them. */
type PlacesOf = typeof shardPlaces;

async function* unitSamples(data: RunData, unit: UnitInfo, placesOf: PlacesOf): AsyncGenerator<SampleView> {
  const shards: Shard[] = [];
  try {
    for (const checkpoint of data.checkpoints) {
      const places = await placesOf(data.folder, checkpoint.id, unit);
      shards.push({ ...places, file: await openShardFile(data, checkpoint) });
    }
    let block: ItemRecord[] = [];
    for await (const item of readItems(data.folder, unit)) {
      block.push(item);
      if (block.length < BLOCK) continue;
      yield* blockSamples(data, unit, { shards, block });
      block = [];
    }
    yield* blockSamples(data, unit, { shards, block });
  } finally {
    for (const shard of shards) await shard.file?.close();
  }
}

interface Shard extends Places {
  readonly file: FileHandle | null;
}

/** Null for a checkpoint that has not answered anything. */
async function openShardFile({ folder }: RunData, { id }: Checkpoint): Promise<FileHandle | null> {
  try {
    return await open(runFiles.samples(folder, id), "r");
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return null;
    throw error;
  }
}

async function* blockSamples(
  data: RunData,
  unit: UnitInfo,
  { shards, block }: { readonly shards: readonly Shard[]; readonly block: readonly ItemRecord[] },
): AsyncGenerator<SampleView> {
  const outputs = [];
  for (const shard of shards) outputs.push(await readBlock(shard, unit, block));
  const toOutput = outputConverter(data, unit);
  for (const [position, item] of block.entries()) {
    yield sampleView(
      unit,
      item,
      outputs.map((records, index) => {
        const record = records[position];
        return record == null ? null : toOutput(record, data.checkpoints[index]?.id ?? "");
      }),
    );
  }
}

/** A sample with its answers, as reports see it. */
export function sampleView(unit: UnitInfo, item: ItemRecord, outputs: SampleView["outputs"]): SampleView {
  return {
    task: unitKey(unit),
    id: item.id,
    ordinal: item.i,
    prompt: item.prompt,
    references: item.references,
    slices: Object.fromEntries(unit.slices.map((field) => [field, sliceOf(item.columns, field)])),
    outputs,
  };
}

/** The first repeat's record of each item; null where there is none. */
async function readBlock(shard: Shard, unit: UnitInfo, block: readonly ItemRecord[]): Promise<(SampleRecord | null)[]> {
  const records = new Array<SampleRecord | null>(block.length).fill(null);
  const { file, offsets, lengths } = shard;
  if (file === null) return records;
  const places = block
    .map((item, position) => {
      const slot = item.i * unit.repeats;
      return { position, offset: offsets[slot] ?? 0, length: lengths[slot] ?? 0 };
    })
    .filter(({ length }) => length > 0)
    .sort((a, b) => a.offset - b.offset);
  for (let start = 0; start < places.length;) {
    const from = places[start]?.offset ?? 0;
    let end = start;
    let to = from;
    for (let place = places[end]; place !== undefined && place.offset - to <= GAP_BYTES; place = places[++end]) {
      to = Math.max(to, place.offset + place.length);
    }
    const bytes = Buffer.allocUnsafe(to - from);
    await file.read(bytes, 0, bytes.length, from);
    for (const { position, offset, length } of places.slice(start, end)) {
      records[position] = parseRecord(bytes.subarray(offset - from, offset - from + length));
    }
    start = end;
  }
  return records;
}

/** A checkpoint's record as reports see it: per-sample scores by the names that the table uses. */
export function outputConverter(
  data: RunData,
  unit: UnitInfo,
): (record: SampleRecord, checkpoint: string) => SampleOutput {
  const metrics = data.metrics.filter((row) => row.unit === unit);
  const people = new Map<string, JsonValue>();
  for (const { id } of data.checkpoints) {
    for (const { ordinal, judge, stats } of data.people.of(unit, id)) people.set(`${id}\n${ordinal}\n${judge}`, stats);
  }
  const judges = [...new Set(metrics.map(({ judge }) => judge))];
  return (record, checkpoint) => ({
    text: record.output,
    finish: record.finish,
    tokens: record.tokens?.[1] ?? null,
    ms: record.ms ?? null,
    error: record.error ?? null,
    notes: sampleNotes(record, judges),
    scores: Object.fromEntries(
      metrics.map(({ judge, metric }) => {
        const stats = record.scores[judge.name] ?? people.get(`${checkpoint}\n${record.i}\n${judge.name}`);
        const name = metricKey(unit, judge, metric).slice(unitKey(unit).length + 1);
        const applies = stats !== undefined && (metric.applies?.(stats) ?? true);
        return [name, applies ? metric.perSample(stats) : null];
      }),
    ),
  });
}

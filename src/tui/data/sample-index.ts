import { previewList } from "../../../reports/html/data/preview.ts";
import type { SampleView } from "../../compare/comparison.ts";
import type { RunData } from "../../compare/run-data.ts";
import type { Places } from "../../compare/sample-places.ts";
import { sampleReader } from "../../compare/sample-reader.ts";
import { scanShard } from "../../compare/shard-scan.ts";
import { EvalhError } from "../../core/errors.ts";
import { sliceOf } from "../../dataset/slice.ts";
import { readLines } from "../../run/store/line-file.ts";
import type { ItemRecord, SampleRecord, UnitInfo } from "../../run/store/records.ts";
import { runFiles } from "../../run/store/run-folder.ts";
import { hashSeed } from "../../stats/hash-seed.ts";
import { AnswerStatus, type TaskSamples } from "../model/task-samples.ts";
import { scoreTable, type ScoreTable } from "./score-table.ts";

/** A task's samples in memory as numbers, with where their texts lie on disk. */
export interface SampleIndex extends TaskSamples, AsyncDisposable {
  /** Everything about one sample, read from disk. */
  read(sample: number): Promise<SampleView>;
}

/**
 * Reads a task's items and shards once, in bounded memory, and keeps ids, previews, slices, scores and places: some
 * hundred bytes a sample and checkpoint. @throws EvalhError E_USAGE if the run has no such task
 */
export async function indexSamples(data: RunData, task: string): Promise<SampleIndex> {
  const unit = data.manifest.units.find((each) => each.task === task && each.split === "test");
  if (unit === undefined) throw new EvalhError("E_USAGE", `the run has no test samples of task "${task}"`);
  const items = await indexItems(data.folder, unit);
  const answers: ShardIndex[] = [];
  for (const { id } of data.checkpoints) answers.push(await indexShard(data, { unit, checkpoint: id }));
  const scores = scoreTable(data, unit);
  return sampleIndex(data, unit, { items, answers, scores });
}

interface IndexParts {
  readonly items: ItemIndex;
  readonly answers: readonly ShardIndex[];
  readonly scores: ScoreTable;
}

function sampleIndex(data: RunData, unit: UnitInfo, parts: IndexParts): SampleIndex {
  const { items, answers, scores } = parts;
  const reader = sampleReader(data, unit, { items, answers: answers.map(({ places }) => places) });
  return {
    task: unit.task,
    n: unit.n,
    id: (sample) => items.ids[sample] ?? "",
    preview: (sample) => items.previews[sample] ?? "",
    slice: (field, sample) => items.slices.get(field)?.[sample] ?? null,
    score: scores.score,
    seen: scores.seen,
    status: (checkpoint, sample) => answers[checkpoint]?.status[sample] ?? 0,
    sameText: (a, b, sample) => answers[a]?.texts[sample] === answers[b]?.texts[sample],
    read: (sample) => reader.read(sample),
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}

interface ItemIndex extends Places {
  readonly ids: readonly string[];
  readonly previews: readonly string[];
  readonly slices: ReadonlyMap<string, readonly string[]>;
}

async function indexItems(folder: string, unit: UnitInfo): Promise<ItemIndex> {
  const offsets = new Float64Array(unit.n);
  const lengths = new Uint32Array(unit.n);
  const ids: string[] = [];
  const previews = previewList();
  const slices = new Map(unit.slices.map((field) => [field, [] as string[]]));
  // A slice has few values: each is kept once.
  const values = new Map<string, string>();
  for await (const { record, offset, length } of readLines(runFiles.items(folder, unit.task, unit.split))) {
    if (record === undefined) continue;
    const item = record as ItemRecord;
    offsets[item.i] = offset;
    lengths[item.i] = length;
    ids[item.i] = item.id;
    previews.add(item.prompt);
    for (const [field, list] of slices) {
      const value = sliceOf(item.columns, field);
      list[item.i] = values.get(value) ?? value;
      values.set(value, value);
    }
  }
  return { offsets, lengths, ids, previews: previews.finish(), slices };
}

interface ShardIndex {
  readonly places: Places;
  /** Bits of AnswerStatus. */
  readonly status: Uint8Array;
  /** A hash of each text, to tell equal ones. */
  readonly texts: Uint32Array;
}

/** Of a sample's repeats the first counts, as in reports. */
async function indexShard(
  data: RunData,
  { unit, checkpoint }: { readonly unit: UnitInfo; readonly checkpoint: string },
): Promise<ShardIndex> {
  const places = {
    offsets: new Float64Array(unit.n * unit.repeats),
    lengths: new Uint32Array(unit.n * unit.repeats),
  };
  const status = new Uint8Array(unit.n);
  const texts = new Uint32Array(unit.n);
  await scanShard({ folder: data.folder, checkpoint }, [unit], (_unit, slot, { record, line }) => {
    if (slot % unit.repeats !== 0) return;
    const sample = slot / unit.repeats;
    places.offsets[slot] = line.offset;
    places.lengths[slot] = line.length;
    status[sample] = statusOf(record);
    texts[sample] = hashSeed(record.output);
  });
  return { places, status, texts };
}

function statusOf({ error, finish, output }: SampleRecord): number {
  if (error !== undefined) return AnswerStatus.answered | AnswerStatus.failed;
  const isEmpty = finish !== "scored" && output.trim() === "";
  return (
    AnswerStatus.answered | (finish === "length" ? AnswerStatus.truncated : 0) | (isEmpty ? AnswerStatus.empty : 0)
  );
}

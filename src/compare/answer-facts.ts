import type { FinishReason } from "../core/completion.ts";
import { sliceOf } from "../dataset/slice.ts";
import { readItems } from "../run/items.ts";
import type { UnitInfo } from "../run/store/records.ts";
import type { RightOrWrong } from "./leading-metric.ts";
import type { RunData } from "./run-data.ts";
import { scanShard, unitKey } from "./shard-scan.ts";

/** One answer of the checkpoint that is looked at, with what was expected. */
export interface AnswerFact {
  readonly ordinal: number;
  readonly right: boolean;
  readonly output: string;
  readonly finish: FinishReason;
  readonly references: readonly string[];
  /** Slice field → value. */
  readonly slices: Readonly<Record<string, string>>;
  /** Whether each other checkpoint of the series got it right, by id; missing where it has no score. */
  readonly before: Readonly<Record<string, boolean>>;
}

/** The answers of one test task by one checkpoint. */
export interface TaskFacts {
  readonly task: string;
  readonly kind: string;
  readonly checkpoint: string;
  /** The first of the checkpoint's series that was scored, usually the base model; null if it is the same. */
  readonly first: string | null;
  readonly answers: readonly AnswerFact[];
}

/** Diagnoses look at so many samples of a task: a share of them is known to 1.4 points, and texts take memory. */
const MOST_ANSWERS = 5000;

/** Reads the answers that diagnoses look at. */
export async function readTaskFacts(
  data: RunData,
  unit: UnitInfo,
  { checkpoint, leading }: { readonly checkpoint: string; readonly leading: RightOrWrong },
): Promise<TaskFacts> {
  const scores = rightness(data, leading, checkpoint);
  const first = firstOfSeries(data, leading, checkpoint);
  const earlier = first === null ? null : rightness(data, leading, first);
  const outputs = new Map<number, { output: string; finish: FinishReason }>();
  await scanShard({ folder: data.folder, checkpoint }, [unit], (_unit, _slot, { record }) => {
    if (record.error !== undefined || record.repeat > 0 || record.i >= MOST_ANSWERS) return;
    outputs.set(record.i, { output: record.output, finish: record.finish });
  });
  const answers: AnswerFact[] = [];
  for await (const item of readItems(data.folder, unit)) {
    if (item.i >= MOST_ANSWERS) break;
    const given = outputs.get(item.i);
    const right = scores.get(item.i);
    if (given === undefined || right === undefined) continue;
    const was = earlier?.get(item.i);
    answers.push({
      ordinal: item.i,
      right,
      ...given,
      references: item.references,
      slices: Object.fromEntries(unit.slices.map((field) => [field, sliceOf(item.columns, field)])),
      before: first === null || was === undefined ? {} : { [first]: was },
    });
  }
  return { task: unitKey(unit), kind: unit.kind, checkpoint, first, answers };
}

function rightness(data: RunData, { row, isRight }: RightOrWrong, checkpoint: string): Map<number, boolean> {
  const column = data.columns.get(row.key)?.[data.checkpoints.findIndex(({ id }) => id === checkpoint)];
  if (column == null) return new Map();
  const ordinals = column.ordinals.subarray(0, MOST_ANSWERS);
  return new Map(Array.from(ordinals, (ordinal, index) => [ordinal, isRight(column.perSample[index] as number)]));
}

function firstOfSeries(data: RunData, { row }: RightOrWrong, checkpoint: string): string | null {
  const model = data.checkpoints.find(({ id }) => id === checkpoint)?.model;
  const first = data.checkpoints.find(
    (each, index) => each.role === "series" && each.model === model && data.columns.get(row.key)?.[index] != null,
  );
  return first === undefined || first.id === checkpoint ? null : first.id;
}

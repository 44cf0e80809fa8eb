import type { Backend, Outcome } from "../core/backend.ts";
import type { Completion } from "../core/completion.ts";
import type { Judge } from "../core/judge.ts";
import type { RunEvent } from "../core/run-event.ts";
import type { Sample } from "../core/sample.ts";
import type { Task } from "../suite/suite.ts";
import { askFor, type Ask } from "./ask.ts";
import { backlog } from "./backlog.ts";
import { formBatches, type WorkItem } from "./batches.ts";
import { isSampled, questionText } from "./cache/question-key.ts";
import { distinctQuestions } from "./distinct-questions.ts";
import { itemVersion } from "./item-version.ts";
import type { DoneSet } from "./done-set.ts";
import { judgeCompletion } from "./judging.ts";
import { readItemBlocks, unfinishedItems } from "./items.ts";
import type { ItemRecord, SampleRecord, UnitInfo } from "./store/records.ts";
import { storedCompletion } from "./store/stored-completion.ts";
import type { ShardWriter } from "./store/shard-writer.ts";

/** A task's split with everything needed to ask and judge it. */
export interface Unit {
  readonly task: Task;
  readonly info: UnitInfo;
  readonly judges: readonly Judge[];
}

export interface UnitContext {
  readonly folder: string;
  readonly checkpoint: string;
  readonly backend: Backend;
  readonly writer: ShardWriter;
  readonly done: DoneSet;
  /** Upper bound on calls at a time; the backend's own wish otherwise. */
  readonly concurrency: number | null;
  /** Told how many samples of a batch got the answer of another that asks the same. */
  readonly onShared?: (samples: number) => void;
  /** Turns a way of asking into one that asks only what is not known. */
  readonly remember?: (ask: Ask) => Ask;
  /** Only these samples: of a run that draws them, those of one look. Batches are formed of them alone. */
  readonly isWanted?: (ordinal: number) => boolean;
  /** Stops scheduling; what is in flight is finished. */
  readonly stop: AbortSignal;
  /** Gives up what is in flight. */
  readonly abort: AbortSignal;
  readonly emit: (event: RunEvent) => void;
}

/**
 * Asks one checkpoint everything of one unit that is not done yet. Each finished sample is on disk before its event.
 * @throws what the backend throws when it cannot go on, after the batches in flight have ended
 */
export async function runUnit(unit: Unit, context: UnitContext): Promise<void> {
  const { backend, done, stop } = context;
  const concurrency = context.concurrency ?? backend.concurrency;
  const ask = howToAsk(unit, context);
  const { repeats } = unit.info;
  const isWhole = (ordinal: number): boolean => {
    for (let repeat = 0; repeat < repeats; repeat++) if (!done.has(ordinal, repeat)) return false;
    return true;
  };
  const { isWanted } = context;
  const items =
    isWanted === undefined
      ? unfinishedItems(context.folder, unit.info, isWhole)
      : wantedItems(readItemBlocks(context.folder, unit.info), isWanted);
  const batches = formBatches(items, {
    batchSize: backend.batchSize,
    repeats,
    isRepeatsTogether: repeats > 1 && backend.asksRepeatsAtOnce === true,
    lengthOf: (item) => backend.lengthOf(item.prompt),
    versionOf: itemVersion,
    isDone: (item, repeat) => done.has(item.i, repeat),
  });
  const work = backlog(concurrency);
  for await (const batch of batches) {
    if (stop.aborted || work.hasFailed || context.writer.isBroken) break;
    await work.add(() => runBatch(batch, ask, unit, context));
  }
  await work.settle();
  await context.writer.drained();
}

async function* wantedItems(
  items: AsyncIterable<readonly ItemRecord[]>,
  isWanted: (ordinal: number) => boolean,
): AsyncGenerator<readonly ItemRecord[]> {
  for await (const some of items) yield some.filter(({ i }) => isWanted(i));
}

function howToAsk({ task, info }: Unit, { backend, remember, onShared }: UnitContext): Ask {
  const plain = askFor(task, backend, info.digest);
  const ask = isSampled(task) ? plain : distinctQuestions(plain, questionText(task), onShared);
  return remember?.(ask) ?? ask;
}

async function runBatch(
  batch: readonly WorkItem<ItemRecord>[],
  ask: Ask,
  unit: Unit,
  context: UnitContext,
): Promise<void> {
  if (context.stop.aborted) return;
  const records: SampleRecord[] = [];
  const judging: Promise<SampleRecord>[] = [];
  for await (const outcome of ask(batch, context.abort)) {
    const work = batch[outcome.index];
    if (work === undefined || context.done.has(work.item.i, work.repeat)) continue;
    // A judge may ask a model: the samples of a batch do not wait for each other.
    const record = sampleRecord(work, outcome, { unit, checkpoint: context.checkpoint });
    if (record instanceof Promise) judging.push(record);
    else records.push(record);
  }
  if (judging.length > 0) records.push(...(await Promise.all(judging)));
  if (records.length === 0) return;
  // A judge that was given up in the middle has no verdict: the whole batch is done again by the next attempt.
  if (context.abort.aborted) return;
  for (const { i, repeat, error } of records) if (error === undefined) context.done.add(i, repeat);
  const { checkpoint, emit, writer } = context;
  const done = { type: "samples-done", checkpoint, task: unit.info.task, ...countsOf(records) } as const;
  // A slot is not held until the disk has it: the next request goes out meanwhile.
  writer.append(records, () => emit(done));
  if (writer.isFull) await writer.drained();
}

function countsOf(records: readonly SampleRecord[]): {
  readonly count: number;
  readonly failed: number;
  readonly tokens: number;
  readonly firstError?: string;
} {
  let failed = 0;
  let tokens = 0;
  let firstError: string | undefined;
  for (const { error, tokens: counted } of records) {
    if (error !== undefined) failed++;
    firstError ??= error?.message;
    tokens += counted?.[1] ?? 0;
  }
  const counts = { count: records.length, failed, tokens };
  return firstError === undefined ? counts : { ...counts, firstError };
}

function sampleRecord(
  { item, repeat }: WorkItem<ItemRecord>,
  outcome: Outcome<Completion>,
  { unit, checkpoint }: { readonly unit: Unit; readonly checkpoint: string },
): SampleRecord | Promise<SampleRecord> {
  const { task, info, judges } = unit;
  const key = { task: info.task, split: info.split, i: item.i, id: item.id, repeat };
  if (outcome.kind === "failed") {
    return { ...key, output: "", finish: "unknown", error: outcome.error, scores: {} };
  }
  const completion = outcome.value;
  const judged = judgeCompletion(judges, {
    completion,
    sample: toSample(item, task),
    origin: { checkpoint, task: info.task, split: info.split, repeat },
  });
  const answer = { ...key, ...storedCompletion(completion) };
  return judged instanceof Promise ? judged.then((verdicts) => ({ ...answer, ...verdicts })) : { ...answer, ...judged };
}

/** The sample as judges see it. */
export function toSample(item: ItemRecord, task: { readonly choices: readonly string[] | null }): Sample {
  const sample = { id: item.id, input: item.prompt, references: item.references, metadata: item.columns };
  const choices = item.choices ?? task.choices;
  return choices === null ? sample : { ...sample, choices };
}

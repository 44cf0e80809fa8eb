/** Samples that are looked at together when batches are formed. Part of the plan: it decides what shares a batch. */
export const WINDOW = 1_024;

/** One thing to ask: a sample, once for every repeat. */
export interface WorkItem<T> {
  readonly item: T;
  readonly repeat: number;
}

export interface BatchOptions<T> {
  readonly batchSize: number;
  readonly repeats: number;
  /** True if a batch is to hold all repeats of its items. */
  readonly isRepeatsTogether?: boolean;
  /** What items are sorted by within a window, so that a batch pads little. */
  readonly lengthOf: (item: T) => number;
  /** The item as it is asked at a repeat; the same each time by default. */
  readonly versionOf?: (item: T, repeat: number) => T;
  readonly isDone: (item: T, repeat: number) => boolean;
}

/**
 * Cuts items, which come some at a time, into batches, window by window, in bounded memory. Which items share a batch depends on the items alone,
 * never on what is already done: with dynamically quantised models a neighbour in the batch changes an answer, so a
 * batch of which one sample is missing is asked again as a whole. Batches with nothing missing are left out.
 */
export async function* formBatches<T>(
  items: AsyncIterable<readonly T[]>,
  options: BatchOptions<T>,
): AsyncGenerator<readonly WorkItem<T>[]> {
  let window: T[] = [];
  for await (const some of items) {
    for (const item of some) {
      window.push(item);
      if (window.length < WINDOW) continue;
      yield* cutWindow(window, options);
      window = [];
    }
  }
  yield* cutWindow(window, options);
}

function* cutWindow<T>(window: readonly T[], options: BatchOptions<T>): Generator<readonly WorkItem<T>[]> {
  const { batchSize, repeats, isDone, versionOf = (item: T) => item } = options;
  const ordered = batchSize === 1 ? window : sortedByLength(window, options.lengthOf);
  if (options.isRepeatsTogether === true) {
    const numbers = Array.from({ length: repeats }, (_, repeat) => repeat);
    for (let start = 0; start < ordered.length; start += batchSize) {
      const batch = ordered.slice(start, start + batchSize);
      if (batch.every((item) => numbers.every((repeat) => isDone(item, repeat)))) continue;
      yield batch.flatMap((item) => numbers.map((repeat) => ({ item, repeat })));
    }
    return;
  }
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let start = 0; start < ordered.length; start += batchSize) {
      const batch = ordered.slice(start, start + batchSize);
      if (batch.every((item) => isDone(item, repeat))) continue;
      yield batch.map((item) => ({ item: versionOf(item, repeat), repeat }));
    }
  }
}

/** Longest first: a batch that does not fit into memory shows at the start of the run, not at its end. */
function sortedByLength<T>(window: readonly T[], lengthOf: (item: T) => number): T[] {
  return window
    .map((item, position) => ({ item, position, length: lengthOf(item) }))
    .sort((a, b) => b.length - a.length || a.position - b.position)
    .map((entry) => entry.item);
}

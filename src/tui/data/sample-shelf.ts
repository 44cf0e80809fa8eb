import type { SampleView } from "../../compare/comparison.ts";
import type { RunData } from "../../compare/run-data.ts";
import type { TaskSamples } from "../model/task-samples.ts";
import { indexSamples, type SampleIndex } from "./sample-index.ts";

/** Samples whose texts are kept: enough to page up and down without reading again. */
const MOST_KEPT = 64;

/** Samples of a run as they are asked for: null at first, there once they have been read. */
export interface SampleShelf extends AsyncDisposable {
  samples(task: string): TaskSamples | null;
  sample(task: string, ordinal: number): SampleView | null;
  settled(): Promise<void>;
}

export interface ShelfListener {
  /** Something that was asked for is there. */
  readonly changed: () => void;
  readonly failed: (error: unknown) => void;
}

/** @param readData called once, when the first samples are asked for */
export function sampleShelf(readData: () => Promise<RunData>, { changed, failed }: ShelfListener): SampleShelf {
  let data: Promise<RunData> | null = null;
  const indices = new Map<string, SampleIndex>();
  const views = new Map<string, SampleView>();
  const asked = new Map<string, Promise<void>>();
  const isOpen = new AbortController();
  /** Reads once, however often it is asked for; what could not be read is not tried again. */
  const fetchOnce = (key: string, read: () => Promise<void>): void => {
    if (asked.has(key)) return;
    const reading = read().then(
      () => (isOpen.signal.aborted ? undefined : changed()),
      (error: unknown) => (isOpen.signal.aborted ? undefined : failed(error)),
    );
    asked.set(key, reading);
  };
  return {
    samples(task) {
      const index = indices.get(task);
      if (index !== undefined) return index;
      fetchOnce(task, async () => {
        data ??= readData();
        indices.set(task, await indexSamples(await data, task));
      });
      return null;
    },
    sample(task, ordinal) {
      const key = `${task}/${ordinal}`;
      const view = views.get(key);
      if (view !== undefined) return view;
      const index = indices.get(task);
      if (index === undefined) return null;
      fetchOnce(key, async () => {
        views.set(key, await index.read(ordinal));
        forgetOldest(views, asked);
      });
      return null;
    },
    async settled() {
      await Promise.all(asked.values());
    },
    async [Symbol.asyncDispose]() {
      isOpen.abort();
      await Promise.all(asked.values());
      for (const index of indices.values()) await index[Symbol.asyncDispose]();
    },
  };
}

function forgetOldest(views: Map<string, SampleView>, asked: Map<string, Promise<void>>): void {
  for (const key of views.keys()) {
    if (views.size <= MOST_KEPT) return;
    views.delete(key);
    asked.delete(key);
  }
}

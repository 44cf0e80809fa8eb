import type { Series, SeriesStore } from "./series-store.ts";

/**
 * Joins the logs of a training that was resumed into new files. A log that begins at the first step is of a fresh run
 * and replaces what came before.
 * @param stores one a file, in the order they were written; not empty. The first that counts is changed.
 */
export function joinFiles(stores: readonly SeriesStore[]): SeriesStore {
  let joined = stores[0] as SeriesStore;
  for (const next of stores.slice(1)) {
    if (next.series.size === 0) continue;
    if (isContinuation(joined, next)) append(joined, next);
    else {
      next.warn("the folder holds several runs: the last is shown");
      joined = next;
    }
  }
  return joined;
}

/** Does the longest series that both have begin later than a run does, which logs first after one interval? */
function isContinuation(earlier: SeriesStore, later: SeriesStore): boolean {
  let longest: Series | null = null;
  for (const [name, series] of later.series) {
    if (earlier.series.has(name) && series.steps.length > (longest?.steps.length ?? 1)) longest = series;
  }
  if (longest === null) return true;
  const { steps } = longest;
  const [first, last] = [steps[0] as number, steps.at(-1) as number];
  return first > (1.5 * (last - first)) / (steps.length - 1);
}

function append(joined: SeriesStore, later: SeriesStore): void {
  // In the order of steps over all names, since one name that goes back takes all others with it.
  const rows = [...later.series].flatMap(([name, { steps, values }]) =>
    steps.map((step, i) => ({ step, name, value: values[i] as number })),
  );
  rows.sort((a, b) => a.step - b.step);
  for (const { step, name, value } of rows) joined.scalar(step, name, value);
  for (const warning of later.warnings()) joined.warn(warning);
}

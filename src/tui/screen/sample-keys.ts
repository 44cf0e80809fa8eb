import { formatDeepLink } from "../../../reports/deep-link.ts";
import { testRows } from "../../../reports/metric-view.ts";
import { movedPlace } from "../model/key.ts";
import { SORTS } from "../model/sample-list.ts";
import type { Browser, Scene } from "../model/scene.ts";
import { lastScroll } from "./samples.ts";
import { withFilter } from "./type-filter.ts";
import { DIFFS, type SamplesState, type UiState } from "../model/ui-state.ts";
import type { Size } from "../view/line.ts";
import { bodySize } from "./layout.ts";
import { openView, type Update } from "./open-view.ts";

/** Keys of the sample browser. */
export function sampleKeys(state: UiState, key: string, scene: Scene): Update | null {
  if (key === "esc") return goBack(state, scene);
  const { browser } = scene;
  if (browser === null) return null;
  const { samples } = state;
  if (key === "y") return { state, effect: { kind: "copy", fragment: linkToSample(browser, samples) } };
  if (key === "A") return queued(state, browser);
  if (key === "f") return { state: withFilter(state, toggleWord(samples.filter, "fixed", "broken")) };
  if (key === "b") return { state: withFilter(state, toggleWord(samples.filter, "broken", "fixed")) };
  const part = CHANGES[key]?.(samples, browser) ?? movedTo(samples, key, { browser, size: bodySize(scene) });
  return part === null ? null : { state: { ...state, samples: { ...samples, ...part } } };
}

type Change = (state: SamplesState, browser: Browser) => Partial<SamplesState>;

const CHANGES: Readonly<Record<string, Change>> = {
  enter: ({ zoom }) => ({ zoom: !zoom, scroll: 0 }),
  h: (_, browser) => ({ head: neighbour(browser, -1) }),
  l: (_, browser) => ({ head: neighbour(browser, 1) }),
  B: (_, { comparison, head }) => ({ base: comparison.checkpoints[head]?.id ?? null }),
  m: (_, browser) => ({ metric: otherMetric(browser, 1), cursor: 0, scroll: 0 }),
  M: (_, browser) => ({ metric: otherMetric(browser, -1), cursor: 0, scroll: 0 }),
  s: ({ sort }) => ({ sort: next(SORTS, sort), cursor: 0, scroll: 0 }),
  d: ({ diff }) => ({ diff: next(DIFFS, diff) }),
};

/** Out of the zoom, out of the filter, out of the browser. */
function goBack(state: UiState, scene: Scene): Update {
  const { zoom, filter } = state.samples;
  if (zoom) return { state: { ...state, samples: { ...state.samples, zoom: false, scroll: 0 } } };
  return filter === "" ? openView(state, "compare", scene) : { state: withFilter(state, "") };
}

/** Capital J and K move the text, the others the list; in the zoom there is no list to page through. */
function movedTo(
  state: SamplesState,
  key: string,
  { browser, size }: { readonly browser: Browser; readonly size: Size },
): Partial<SamplesState> | null {
  const page = Math.max(1, size.height - 4);
  const textKey = TEXT_KEYS[key] ?? (state.zoom && key !== "j" && key !== "k" ? key : null);
  if (textKey !== null) {
    const last = lastScroll(browser, state, size);
    const scroll = movedPlace(textKey, Math.min(state.scroll, last), { count: last + 1, page });
    return scroll === null ? null : { scroll };
  }
  const count = Math.max(1, browser.found.length);
  const cursor = movedPlace(key, Math.min(state.cursor, count - 1), { count, page });
  return cursor === null ? null : { cursor, scroll: 0 };
}

const TEXT_KEYS: Readonly<Record<string, string>> = { J: "j", K: "k" };

function neighbour({ comparison, head }: Browser, step: number): string | null {
  const { checkpoints } = comparison;
  return checkpoints[Math.max(0, Math.min(checkpoints.length - 1, head + step))]?.id ?? null;
}

function otherMetric({ comparison, row }: Browser, step: number): string | null {
  const keys = testRows(comparison).map(({ key }) => key);
  return keys[(keys.indexOf(row.key) + step + keys.length) % keys.length] ?? null;
}

function next<T>(items: readonly T[], current: T): T {
  return items[(items.indexOf(current) + 1) % items.length] ?? current;
}

/** A word put into a filter, or taken out of it; its opposite goes. */
function toggleWord(filter: string, word: string, opposite: string): string {
  const words = filter.split(" ").filter((each) => each !== "" && each !== opposite);
  return (words.includes(word) ? words.filter((each) => each !== word) : [...words, word]).join(" ");
}

/** The chosen sample goes to the queue for people. */
function queued(state: UiState, { row, samples, chosen }: Browser): Update {
  const sample = chosen === null ? undefined : samples?.id(chosen);
  return sample === undefined ? { state } : { state, effect: { kind: "queue", task: row.task, sample } };
}

function linkToSample({ comparison, row, base, head, samples, chosen }: Browser, { filter }: SamplesState): string {
  const id = chosen === null ? null : (samples?.id(chosen) ?? null);
  return formatDeepLink({
    sample: id === null ? null : `${row.task}/${id}`,
    checkpoint: comparison.checkpoints[head]?.id ?? null,
    base: comparison.checkpoints[base]?.id ?? null,
    metric: row.key,
    filter,
  });
}

import { formatDeepLink } from "../../../reports/deep-link.ts";
import { testRows } from "../../../reports/metric-view.ts";
import { movedPlace } from "../model/key.ts";
import { SORTS } from "../model/sample-list.ts";
import type { Browser, Scene } from "../model/scene.ts";
import { withFilter } from "./type-filter.ts";
import { DIFFS, type SamplesState, type UiState } from "../model/ui-state.ts";
import { openView, type Update } from "./open-view.ts";

/** Keys of the sample browser. */
export function sampleKeys(state: UiState, key: string, scene: Scene): Update | null {
  if (key === "esc") return goBack(state, scene);
  const { browser } = scene;
  if (browser === null) return null;
  const change = (part: Partial<SamplesState>): Update => ({
    state: { ...state, samples: { ...state.samples, ...part } },
  });
  const { samples } = state;
  switch (key) {
    case "enter":
      return change({ zoom: !samples.zoom, scroll: 0 });
    case "h":
    case "l":
      return change({ head: neighbour(browser, key === "l" ? 1 : -1) });
    case "B":
      return change({ base: browser.comparison.checkpoints[browser.head]?.id ?? null });
    case "m":
    case "M":
      return change({ metric: otherMetric(browser, key === "m" ? 1 : -1), cursor: 0, scroll: 0 });
    case "s":
      return change({ sort: next(SORTS, samples.sort), cursor: 0, scroll: 0 });
    case "d":
      return change({ diff: next(DIFFS, samples.diff) });
    case "f":
      return { state: withFilter(state, toggleWord(samples.filter, "fixed", "broken")) };
    case "b":
      return { state: withFilter(state, toggleWord(samples.filter, "broken", "fixed")) };
    case "y":
      return { state, effect: { kind: "copy", fragment: linkToSample(browser, samples) } };
    default:
      return move(state, key, scene, browser);
  }
}

/** Out of the zoom, out of the filter, out of the browser. */
function goBack(state: UiState, scene: Scene): Update {
  const { zoom, filter } = state.samples;
  if (zoom) return { state: { ...state, samples: { ...state.samples, zoom: false, scroll: 0 } } };
  return filter === "" ? openView(state, "compare", scene) : { state: withFilter(state, "") };
}

/** Capital J and K move the text, the others the list. */
function move(state: UiState, key: string, scene: Scene, browser: Browser): Update | null {
  const { samples } = state;
  const change = (part: Partial<SamplesState>): Update => ({ state: { ...state, samples: { ...samples, ...part } } });
  if (key === "J") return change({ scroll: samples.scroll + 1 });
  if (key === "K") return change({ scroll: Math.max(0, samples.scroll - 1) });
  const page = Math.max(1, scene.rows - 6);
  const cursor = Math.min(samples.cursor, Math.max(0, browser.found.length - 1));
  const moved = movedPlace(key, cursor, { count: Math.max(1, browser.found.length), page });
  return moved === null ? null : change({ cursor: moved, scroll: 0 });
}

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

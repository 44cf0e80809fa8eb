import { parseFilter, quoteValue, type Flag } from "../../filter-query.ts";
import { formatCount, formatDelta } from "../../number-format.ts";
import { button, el } from "./dom.ts";
import type { MetricScores, ReportData } from "./report-data.ts";
import { findSamples, type QueryContext } from "./sample-query.ts";
import { scoreGlyph } from "./score-glyph.ts";
import { seriesPlaces, trajectories } from "./trajectory.ts";

/** Samples named in a list; the browser has them all. */
const MOST = 6;

export interface MoveListOptions {
  readonly onFilter: (filter: string) => void;
  readonly onPick: (sample: number) => void;
}

/** The samples that moved most between the two checkpoints compared first, and those that went to and fro. */
export function moveLists(data: ReportData, scores: MetricScores, options: MoveListOptions): HTMLElement {
  const { base, head } = data.meta;
  const context = { data, scores, base, head, trajectories: trajectories(scores, seriesPlaces(data.meta)) };
  const label = (place: number): string => data.meta.checkpoints[place]?.label ?? "";
  const names = `base:${quoteValue(label(base))} ckpt:${quoteValue(label(head))}`;
  const pair = `${label(base)} → ${label(head)}`;
  const lists: readonly MoveList[] = [
    { flag: "broken", title: "Broken", note: pair, filter: `broken ${names}`, worstFirst: true, places: [base, head] },
    { flag: "fixed", title: "Fixed", note: pair, filter: `fixed ${names}`, worstFirst: false, places: [base, head] },
    {
      flag: "flip",
      title: "Flip-flop",
      note: "over the series",
      filter: "flip",
      worstFirst: true,
      places: seriesPlaces(data.meta),
    },
  ];
  return el("div", { class: "move-lists" }, ...lists.map((list) => listView(context, list, options)));
}

interface MoveList {
  readonly flag: Flag;
  readonly title: string;
  readonly note: string;
  readonly filter: string;
  readonly worstFirst: boolean;
  /** Checkpoints whose scores stand behind a sample. */
  readonly places: readonly number[];
}

function listView(context: QueryContext, list: MoveList, { onFilter, onPick }: MoveListOptions): HTMLElement {
  const found = findSamples(context, parseFilter(list.flag), { sort: "delta", descending: !list.worstFirst });
  const items = Array.from(found.subarray(0, MOST), (sample) =>
    el(
      "li",
      {},
      button("", () => onPick(sample), { class: "move" }, ...moveParts(context, list, sample)),
    ),
  );
  return el(
    "section",
    { "aria-label": `${list.title}, ${list.note}` },
    el("h3", {}, `${list.title} `, el("small", {}, list.note)),
    found.length === 0 ? el("p", { class: "note" }, "none") : el("ol", {}, ...items),
    found.length <= MOST
      ? null
      : button(`Show all ${formatCount(found.length)}`, () => onFilter(list.filter), { class: "chip" }),
  );
}

function moveParts(context: QueryContext, { places, flag }: MoveList, sample: number): readonly HTMLElement[] {
  const { data, scores, base, head } = context;
  const glyphs = places.map((checkpoint) => {
    const { text, look } = scoreGlyph(data, scores, { checkpoint, sample });
    return el("i", { class: look }, text);
  });
  const change = scores.value(head, sample) - scores.value(base, sample);
  const isTold = flag === "flip" || scores.isBinary || Number.isNaN(change);
  return [
    el("span", { class: "row-strip" }, ...glyphs),
    el("span", { class: "row-id" }, data.ids[sample] ?? ""),
    el("span", { class: "move-text" }, data.previews[sample] ?? ""),
    ...(isTold ? [] : [el("span", { class: "move-change" }, formatDelta(change, scores.metric.unit))]),
  ];
}

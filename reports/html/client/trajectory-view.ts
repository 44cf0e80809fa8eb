import { formatCount } from "../../number-format.ts";
import { quoteValue, type Flag } from "../../filter-query.ts";
import { button, choice, el } from "./dom.ts";
import { heatMap, shortLabel } from "./heat-map.ts";
import { moveLists } from "./move-lists.ts";
import type { MetricScores, ReportData } from "./report-data.ts";
import { seriesPlaces, TRAJECTORIES, trajectories } from "./trajectory.ts";

export interface TrajectoryOptions {
  readonly first: number;
  /** Shows samples in the browser. */
  readonly onFilter: (metric: number, filter: string) => void;
  readonly onPick: (metric: number, sample: number) => void;
}

/** The section on how samples moved: heat map, kinds of trajectories, moves from checkpoint to checkpoint. */
export async function trajectoryView(
  host: HTMLElement,
  data: ReportData,
  { first, onFilter, onPick }: TrajectoryOptions,
): Promise<{ readonly redraw: () => void }> {
  let metric = first;
  const map = heatMap(data, (sample) => onPick(metric, sample));
  const tables = el("div", { class: "trajectory-tables" });
  const lists = el("div", {});
  const show = async (place: number): Promise<void> => {
    metric = place;
    const scores = await data.scores(place);
    if (metric !== place) return;
    map.show(scores);
    const filterBy = (filter: string): void => onFilter(place, filter);
    tables.replaceChildren(kindTable(data, scores, filterBy), moveTable(data, scores, filterBy));
    lists.replaceChildren(moveLists(data, scores, { onFilter: filterBy, onPick: (sample) => onPick(place, sample) }));
  };
  const picker = choice(
    "metric",
    data.meta.metrics.map(({ key }, place) => ({ value: String(place), label: key })),
    (value) => void show(Number(value)),
  );
  picker.select.value = String(first);
  host.replaceChildren(picker.element, el("div", { class: "trajectories" }, map.element, tables), lists);
  await show(first);
  return { redraw: map.redraw };
}

/** Which flag of the filter finds a kind; null where none does. */
const FLAG_OF: Readonly<Record<string, Flag>> = { gained: "gained", lost: "lost", flip: "flip" };

function kindTable(data: ReportData, scores: MetricScores, onFilter: (filter: string) => void): HTMLElement {
  const counts = new Uint32Array(TRAJECTORIES.length);
  for (const kind of trajectories(scores, seriesPlaces(data.meta))) counts[kind] = (counts[kind] as number) + 1;
  const rows = TRAJECTORIES.flatMap(({ name, title, note }, place) => {
    const count = counts[place] ?? 0;
    if (count === 0 && name === "none") return [];
    const flag = FLAG_OF[name];
    return [
      el(
        "tr",
        {},
        el("th", { scope: "row" }, title, el("small", {}, note)),
        el("td", { class: "num" }, formatCount(count)),
        el("td", { class: "num" }, `${((100 * count) / Math.max(1, scores.count)).toFixed(0)} %`),
        el(
          "td",
          {},
          flag === undefined || count === 0
            ? null
            : button("Show", () => onFilter(flag), { class: "chip", "aria-label": `Show ${title}` }),
        ),
      ),
    ];
  });
  return table("Over the whole series", ["trajectory", "samples", "share", ""], rows);
}

function moveTable(data: ReportData, scores: MetricScores, onFilter: (filter: string) => void): HTMLElement {
  const series = seriesPlaces(data.meta);
  const label = (place: number): string => data.meta.checkpoints[place]?.label ?? "";
  const rows = series.slice(1).map((to, order) => {
    const from = series[order] ?? 0;
    const { better, worse } = countMoves(scores, from, to);
    const names = `base:${quoteValue(label(from))} ckpt:${quoteValue(label(to))}`;
    const show = (count: number, flag: Flag): Node =>
      count === 0
        ? el("span", {}, "0")
        : button(formatCount(count), () => onFilter(`${flag} ${names}`), { class: "link", title: `Show the ${flag}` });
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, `${shortLabel(data, from)} → ${shortLabel(data, to)}`),
      el("td", { class: "num better" }, "▲ ", show(better, "fixed")),
      el("td", { class: "num worse" }, "▼ ", show(worse, "broken")),
    );
  });
  return table("From checkpoint to checkpoint", ["", "fixed", "broken"], rows);
}

function countMoves(
  { start, count, value, metric }: MetricScores,
  from: number,
  to: number,
): { better: number; worse: number } {
  let better = 0;
  let worse = 0;
  for (let sample = start; sample < start + count; sample++) {
    const change = value(to, sample) - value(from, sample);
    if (Number.isNaN(change) || Math.abs(change) <= 1e-9) continue;
    if (change > 0 === metric.higherIsBetter) better++;
    else worse++;
  }
  return { better, worse };
}

function table(title: string, heads: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  return el(
    "div",
    {},
    el("h3", {}, title),
    el(
      "div",
      { class: "scroll short", tabindex: "0", role: "region", "aria-label": title },
      el(
        "table",
        { class: "plain" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ...heads.map((head, at) =>
              head === "" ? el("td") : el("th", { scope: "col", class: at > 0 ? "num" : null }, head),
            ),
          ),
        ),
        el("tbody", {}, ...rows),
      ),
    ),
  );
}

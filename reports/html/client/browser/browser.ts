import { parseFilter, type Flag } from "../../../filter-query.ts";
import { el } from "../dom.ts";
import type { ReportData } from "../report-data.ts";
import { countFlags, findSamples, type QueryContext } from "../sample-query.ts";
import {
  findCheckpoint,
  findMetric,
  linkedSelection,
  linkTo,
  type Selection,
  type SelectionStore,
} from "../selection.ts";
import { seriesPlaces, trajectories } from "../trajectory.ts";
import { detailView } from "./detail.ts";
import { help } from "./help.ts";
import { bindKeys } from "./keys.ts";
import { sampleList } from "./list.ts";
import { QUICK_FLAGS, toolbar } from "./toolbar.ts";

/** The browser of samples: controls, list and detail, kept in line with the selection and the page's address. */
export async function sampleBrowser(host: HTMLElement, data: ReportData, store: SelectionStore): Promise<void> {
  const helpDialog = help();
  const bar = toolbar(data, store, helpDialog.open);
  const list = sampleList(data, (sample) => store.set({ sample }));
  const detail = detailView(data, {
    addFilter: (term) => store.set({ filter: `${store.get().filter} ${term}`.trim() }),
    copyLink: () => copyLink(data, store.get()),
  });
  host.replaceChildren(bar.element, el("div", { class: "panes" }, list.element, detail.element), helpDialog.element);
  const contextOf = contextMaker(data);
  const countsOf = countKeeper();

  /** Recomputes the list; of several calls the last wins. */
  let turn = 0;
  const refresh = async (): Promise<void> => {
    const mine = ++turn;
    const selection = store.get();
    const query = parseFilter(selection.filter);
    const { effective, problems } = withNames(data, selection, query);
    const context = await contextOf(effective);
    if (mine !== turn) return;
    const found = findSamples(context, query, effective);
    bar.show(selection, countsOf(context), context.scores.count);
    bar.tell(found.length, context.scores.count, [...query.problems, ...problems]);
    list.show(context, found);
    await detail.show(effective);
  };

  store.subscribe((now, before) => {
    rememberInAddress(data, now);
    const isListSame = (["metric", "base", "head", "filter", "sort", "descending"] as const).every(
      (key) => now[key] === before[key],
    );
    if (now.sample !== before.sample) list.select(now.sample);
    if (isListSame) void detail.show(withNames(data, now, parseFilter(now.filter)).effective);
    else void refresh();
  });
  addEventListener("hashchange", () => {
    const linked = linkedSelection(data, location.hash);
    if (linked !== null) store.set(linked);
  });
  bindKeys({
    store,
    checkpoints: data.meta.checkpoints.length,
    move: (rows) => {
      host.scrollIntoView({ block: "nearest" });
      list.move(rows);
    },
    nextDiff: detail.nextDiff,
    focusFilter: () => bar.filter.focus(),
    focusList: list.focus,
    focusDetail: detail.focus,
    openHelp: helpDialog.open,
    keysAreOn: helpDialog.keysAreOn,
  });
  list.select(store.get().sample);
  await refresh();
}

/** Contexts for selections, the costly part of each metric computed once. */
function contextMaker(data: ReportData): (selection: Selection) => Promise<QueryContext> {
  const series = seriesPlaces(data.meta);
  const known = new Map<number, Uint8Array>();
  return async ({ metric, base, head }) => {
    const scores = await data.scores(metric);
    const found = known.get(metric) ?? trajectories(scores, series);
    known.set(metric, found);
    return { data, scores, trajectories: found, base, head };
  };
}

/** Counts of the quick filters, made anew only when other things are compared: typing in the filter keeps them. */
function countKeeper(): (context: QueryContext) => ReadonlyMap<Flag, number> {
  let kept: { readonly context: QueryContext; readonly counts: ReadonlyMap<Flag, number> } | null = null;
  return (context) => {
    const isSame =
      kept !== null && (["scores", "base", "head"] as const).every((key) => kept?.context[key] === context[key]);
    if (kept === null || !isSame) kept = { context, counts: countFlags(context, QUICK_FLAGS) };
    return kept.counts;
  };
}

/** What the filter names ("ckpt:", "base:", "metric:") goes before the controls. */
function withNames(
  data: ReportData,
  selection: Selection,
  named: { readonly checkpoint: string | null; readonly base: string | null; readonly metric: string | null },
): { readonly effective: Selection; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const resolve = (
    name: string | null,
    find: (data: ReportData, name: string) => number | null,
    otherwise: number,
  ): number => {
    if (name === null) return otherwise;
    const place = find(data, name);
    if (place === null) problems.push(`there is no ${name}`);
    return place ?? otherwise;
  };
  const effective = {
    ...selection,
    head: resolve(named.checkpoint, findCheckpoint, selection.head),
    base: resolve(named.base, findCheckpoint, selection.base),
    metric: resolve(named.metric, findMetric, selection.metric),
  };
  return { effective, problems };
}

function rememberInAddress(data: ReportData, selection: Selection): void {
  const link = linkTo(data, selection);
  history.replaceState(null, "", link === "" ? location.pathname + location.search : link);
}

/** Whether the clipboard has it: pages opened from disk may be denied that, and the address bar has the link as well. */
async function copyLink(data: ReportData, selection: Selection): Promise<boolean> {
  const url = location.href.replace(/#.*$/u, "") + linkTo(data, selection);
  const isAllowed = "clipboard" in navigator;
  return (
    isAllowed &&
    navigator.clipboard.writeText(url).then(
      () => true,
      () => false,
    )
  );
}

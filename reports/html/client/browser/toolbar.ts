import { FLAGS, type Flag } from "../../../filter-query.ts";
import { formatCount } from "../../../number-format.ts";
import { button, choice, el, setText } from "../dom.ts";
import type { ReportData } from "../report-data.ts";
import type { Selection, SelectionStore, SortKey } from "../selection.ts";

/** Flags with a button of their own: what people ask for first. */
export const QUICK_FLAGS = ["broken", "fixed", "flip", "same", "failed"] as const satisfies readonly Flag[];

const SORTS: readonly {
  readonly value: string;
  readonly label: string;
  readonly sort: SortKey;
  readonly descending: boolean;
}[] = [
  { value: "order", label: "dataset order", sort: "order", descending: false },
  { value: "delta-up", label: "change, worst first", sort: "delta", descending: false },
  { value: "delta-down", label: "change, best first", sort: "delta", descending: true },
  { value: "score-up", label: "score, lowest first", sort: "score", descending: false },
  { value: "score-down", label: "score, highest first", sort: "score", descending: true },
  { value: "id", label: "id", sort: "id", descending: false },
];

export interface Toolbar {
  readonly element: HTMLElement;
  readonly filter: HTMLInputElement;
  /** Brings the controls in line with the selection. */
  readonly show: (selection: Selection, counts: ReadonlyMap<Flag, number>, total: number) => void;
  /** Tells how many samples the filter found and what it could not read. */
  readonly tell: (found: number, of: number, problems: readonly string[]) => void;
}

/** Controls above the list: what is compared, quick filters, the filter box. */
export function toolbar(data: ReportData, store: SelectionStore, onHelp: () => void): Toolbar {
  const { meta } = data;
  const checkpoints = meta.checkpoints.map(({ label }, place) => ({ value: String(place), label }));
  const metric = choice(
    "metric",
    meta.metrics.map(({ key }, place) => ({ value: String(place), label: key })),
    (value) => store.set({ metric: Number(value), sample: null }),
  );
  const head = choice("checkpoint", checkpoints, (value) => store.set({ head: Number(value) }));
  const base = choice("against", checkpoints, (value) => store.set({ base: Number(value) }));
  const sort = choice("sort", SORTS, (value) => {
    const chosen = SORTS.find((item) => item.value === value);
    if (chosen !== undefined) store.set({ sort: chosen.sort, descending: chosen.descending });
  });
  const { filter, field } = filterBox(store);
  const chips = quickFilters(store);
  const result = el("p", { class: "result", role: "status" });
  return {
    filter,
    element: el(
      "div",
      { class: "toolbar" },
      el("div", { class: "controls" }, metric.element, head.element, base.element, sort.element),
      el(
        "div",
        { class: "controls" },
        field,
        button("?", onHelp, { class: "chip", "aria-label": "Help on filters and keys" }),
      ),
      el("div", { class: "controls chips" }, ...chips.map((chip) => chip.element)),
      result,
    ),
    show(selection, counts, total) {
      metric.select.value = String(selection.metric);
      head.select.value = String(selection.head);
      base.select.value = String(selection.base);
      const matching = SORTS.find((item) => item.sort === selection.sort && item.descending === selection.descending);
      sort.select.value = matching?.value ?? "order";
      if (filter.value !== selection.filter) filter.value = selection.filter;
      for (const chip of chips) chip.show(selection, counts, total);
    },
    tell(found, of, problems) {
      const count = found === of ? `${formatCount(of)} samples` : `${formatCount(found)} of ${formatCount(of)} samples`;
      setText(result, [count, ...problems].join(" · "));
      result.classList.toggle("problem", problems.length > 0);
    },
  };
}

function filterBox(store: SelectionStore): { readonly filter: HTMLInputElement; readonly field: HTMLElement } {
  const filter = el("input", {
    type: "search",
    placeholder: "broken slice:rarity=rare score<50 words…",
    spellcheck: "false",
    autocomplete: "off",
  });
  filter.addEventListener("input", () => store.set({ filter: filter.value }));
  return { filter, field: el("label", { class: "field grow" }, el("span", {}, "filter"), filter) };
}

/** What broke or was fixed is looked at from the largest change down. */
const ORDER_OF: Readonly<Partial<Record<Flag, Pick<Selection, "sort" | "descending">>>> = {
  broken: { sort: "delta", descending: false },
  fixed: { sort: "delta", descending: true },
};

interface Chip {
  readonly element: HTMLButtonElement;
  readonly show: (selection: Selection, counts: ReadonlyMap<Flag, number>, total: number) => void;
}

function quickFilters(store: SelectionStore): readonly Chip[] {
  const all = button("All", () => store.set({ filter: "" }), { class: "chip" });
  const flags = QUICK_FLAGS.map((flag): Chip => {
    const press = (): void => store.set({ filter: toggleWord(store.get().filter, flag), ...ORDER_OF[flag] });
    const element = button(flag, press, { class: "chip", title: FLAGS[flag] });
    return {
      element,
      show({ filter }, counts) {
        element.textContent = `${flag} ${formatCount(counts.get(flag) ?? 0)}`;
        element.setAttribute("aria-pressed", String(filter.split(/\s+/u).includes(flag)));
      },
    };
  });
  return [
    {
      element: all,
      show({ filter }, _counts, total) {
        all.textContent = `all ${formatCount(total)}`;
        all.setAttribute("aria-pressed", String(filter.trim() === ""));
      },
    },
    ...flags,
  ];
}

/** A quick filter replaces the others and leaves the rest of the filter alone. */
function toggleWord(filter: string, flag: Flag): string {
  const words = filter.split(/\s+/u).filter((word) => word !== "");
  const others = words.filter((word) => !(QUICK_FLAGS as readonly string[]).includes(word));
  return (words.includes(flag) ? others : [flag, ...others]).join(" ");
}

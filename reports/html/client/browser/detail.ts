import { sliceTerm } from "../../../filter-query.ts";
import { button, choice, el } from "../dom.ts";
import type { MetricScores, ReportData } from "../report-data.ts";
import { taskOf, type Selection } from "../selection.ts";
import { outputCards, type DiffMode } from "./output-cards.ts";

const MODES: readonly { readonly value: DiffMode; readonly label: string }[] = [
  { value: "reference", label: "reference" },
  { value: "base", label: "base checkpoint" },
  { value: "none", label: "nothing" },
];

export interface DetailView {
  readonly element: HTMLElement;
  /** Shows the selected sample. Of several calls the last wins, however long each takes. */
  readonly show: (selection: Selection) => Promise<void>;
  /** Compares outputs with the next thing they can be compared with. */
  readonly nextDiff: () => void;
  readonly focus: () => void;
}

export interface DetailOptions {
  readonly addFilter: (term: string) => void;
  /** False where the browser does not allow it. */
  readonly copyLink: () => Promise<boolean>;
}

/** The panel beside the list: prompt, references and every checkpoint's answer. */
export function detailView(data: ReportData, options: DetailOptions): DetailView {
  const element = el("div", { class: "detail", role: "region", "aria-label": "Selected sample", tabindex: "-1" });
  let diff: DiffMode = "reference";
  let shown: Selection | null = null;
  let turn = 0;

  const setDiff = (mode: DiffMode): void => {
    diff = mode;
    if (shown !== null) void show(shown);
  };

  async function show(selection: Selection): Promise<void> {
    shown = selection;
    const mine = ++turn;
    const { sample } = selection;
    if (sample === null) {
      element.replaceChildren(el("p", { class: "waiting" }, "Choose a sample: click one, or press j and k."));
      return;
    }
    const task = taskOf(data, sample);
    const places = data.meta.metrics.flatMap((metric, place) => (metric.task === task ? [place] : []));
    const [stored, ...metrics] = await Promise.all([data.text(sample), ...places.map((place) => data.scores(place))]);
    if (mine !== turn) return;
    const head = heading(data, sample, options);
    if (stored === null) {
      element.replaceChildren(head, leftOut(data), scoreTable(data, sample, metrics));
      return;
    }
    const [prompt, references] = stored;
    const modes = references.length === 0 ? MODES.slice(1) : MODES;
    const mode = modes.some(({ value }) => value === diff) ? diff : "base";
    const picker = choice("mark differences from", modes, (value) => setDiff(value as DiffMode));
    picker.select.value = mode;
    element.replaceChildren(
      head,
      el("h3", {}, "Prompt"),
      el("div", { class: "text prompt", tabindex: "0", role: "group", "aria-label": "Prompt" }, prompt),
      ...(references.length === 0 ? [] : [el("h3", {}, references.length === 1 ? "Reference" : "References")]),
      ...references.map((reference) => el("div", { class: "text reference" }, reference)),
      el("div", { class: "outputs-head" }, el("h3", {}, "Answers"), picker.element),
      outputCards({ data, sample, stored, metrics, base: selection.base, head: selection.head, diff: mode }),
    );
  }

  return {
    element,
    show,
    nextDiff() {
      const at = MODES.findIndex(({ value }) => value === diff);
      setDiff((MODES[(at + 1) % MODES.length] ?? MODES[0])?.value ?? "none");
    },
    focus: () => element.focus(),
  };
}

function heading(data: ReportData, sample: number, { addFilter, copyLink }: DetailOptions): HTMLElement {
  const slices = data.meta.slices.flatMap(({ field }, place) => {
    const value = data.slice(place, sample);
    if (value === "") return [];
    return [
      button(`${field}=${value}`, () => addFilter(sliceTerm(field, value)), {
        class: "chip",
        title: "Show this slice only",
      }),
    ];
  });
  return el(
    "div",
    { class: "detail-head" },
    el("h3", { class: "sample-id" }, data.ids[sample] ?? ""),
    ...slices,
    copyButton(copyLink),
  );
}

/** Says what became of it in its own place. */
function copyButton(copyLink: DetailOptions["copyLink"]): HTMLElement {
  const copy = button("Copy link", () => void press(), { class: "chip", "aria-live": "polite" });
  const press = async (): Promise<void> => {
    copy.textContent = (await copyLink()) ? "Link copied" : "The address bar has the link";
  };
  return copy;
}

function leftOut({ meta }: ReportData): HTMLElement {
  const why =
    meta.embed === "none"
      ? "This report was written without texts."
      : "This sample’s text was left out to keep the file small: its scores hardly moved, or other samples came first.";
  return el("p", { class: "left-out" }, `${why} To have every text, write the report with --embed all.`);
}

function scoreTable(data: ReportData, sample: number, metrics: readonly MetricScores[]): HTMLElement {
  return el(
    "table",
    { class: "plain" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, "checkpoint"),
        ...metrics.map(({ metric }) => el("th", { scope: "col" }, metric.name)),
      ),
    ),
    el(
      "tbody",
      {},
      ...data.meta.checkpoints.map(({ label }, checkpoint) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, label),
          ...metrics.map((metric) => {
            const value = metric.value(checkpoint, sample);
            return el("td", { class: "num" }, Number.isNaN(value) ? "–" : value.toFixed(1));
          }),
        ),
      ),
    ),
  );
}

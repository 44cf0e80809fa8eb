import { formatDelta, formatScore, MISSING } from "../../../number-format.ts";
import { el, setText } from "../dom.ts";
import type { ReportData } from "../report-data.ts";
import { improvement, type QueryContext } from "../sample-query.ts";
import { scoreGlyph } from "../score-glyph.ts";

/** Height of a row in pixels; the style sheet says the same. */
const ROW = 26;
/** Marks of checkpoints in a row at most. */
const MOST_MARKS = 16;
/** Rows drawn beyond both edges: a browser may scroll a frame ahead of what the page has drawn. */
const BEYOND = 20;

export interface SampleList {
  readonly element: HTMLElement;
  readonly show: (context: QueryContext, samples: Uint32Array) => void;
  readonly select: (sample: number | null) => void;
  /** Moves the selection by rows. */
  readonly move: (rows: number) => void;
  readonly focus: () => void;
}

interface Row {
  readonly element: HTMLElement;
  readonly id: HTMLElement;
  readonly strip: HTMLElement;
  readonly preview: HTMLElement;
  readonly score: HTMLElement;
  readonly delta: HTMLElement;
}

/** What the rows show. */
interface ListView {
  readonly context: QueryContext | null;
  readonly samples: Uint32Array;
  readonly selected: number | null;
}

/** A list of any length: only the rows in view exist. */
export function sampleList(data: ReportData, onSelect: (sample: number) => void): SampleList {
  const { element, head, scroller, spacer } = frame(data);
  const paint = rowPainter(data, scroller, spacer);
  let view: ListView = { context: null, samples: new Uint32Array(), selected: null };
  let isScheduled = false;
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(() => {
      isScheduled = false;
      paint(view);
    });
  };
  const placeOf = (sample: number | null): number => (sample === null ? -1 : view.samples.indexOf(sample));
  const moveTo = (place: number): void => {
    const sample = view.samples[Math.min(Math.max(place, 0), view.samples.length - 1)];
    if (sample !== undefined) onSelect(sample);
  };
  const move = (step: number): void => {
    const place = placeOf(view.selected);
    moveTo(place < 0 ? 0 : place + step);
  };
  scroller.addEventListener("scroll", schedule, { passive: true });
  new ResizeObserver(schedule).observe(scroller);
  bindPointing(scroller, { move, moveTo });
  return {
    element,
    move,
    focus: () => scroller.focus(),
    show(context, samples) {
      view = { ...view, context, samples };
      spacer.style.height = `${samples.length * ROW}px`;
      fillHead(head, context);
      const place = placeOf(view.selected);
      scroller.scrollTop = place < 0 ? 0 : Math.max(0, place * ROW - scroller.clientHeight / 2);
      paint(view);
    },
    select(sample) {
      view = { ...view, selected: sample };
      reveal(scroller, placeOf(sample));
      paint(view);
    },
  };
}

/** Scrolls as little as brings a row into view. */
function reveal(scroller: HTMLElement, place: number): void {
  if (place < 0) return;
  const top = place * ROW;
  const below = top + ROW - scroller.clientHeight;
  if (top < scroller.scrollTop) scroller.scrollTop = top;
  else if (below > scroller.scrollTop) scroller.scrollTop = below;
}

/** Fills the rows in view, making no more of them than are ever seen at once. */
function rowPainter(data: ReportData, scroller: HTMLElement, spacer: HTMLElement): (view: ListView) => void {
  const rows: Row[] = [];
  return ({ context, samples, selected }) => {
    if (context === null) return;
    const first = Math.max(0, Math.floor(scroller.scrollTop / ROW) - BEYOND);
    const last = Math.min(samples.length, Math.ceil((scroller.scrollTop + scroller.clientHeight) / ROW) + BEYOND);
    while (rows.length < last - first) rows.push(newRow(spacer, rows.length));
    let active: string | null = null;
    for (const [at, row] of rows.entries()) {
      const sample = samples[first + at];
      row.element.hidden = first + at >= last || sample === undefined;
      if (row.element.hidden || sample === undefined) continue;
      const isSelected = sample === selected;
      fillRow(row, { data, context, sample, place: first + at, of: samples.length, isSelected });
      if (isSelected) active = row.element.id;
    }
    if (active === null) scroller.removeAttribute("aria-activedescendant");
    else scroller.setAttribute("aria-activedescendant", active);
  };
}

interface Frame {
  readonly element: HTMLElement;
  readonly head: Row;
  readonly scroller: HTMLElement;
  readonly spacer: HTMLElement;
}

function frame({ meta }: ReportData): Frame {
  const spacer = el("div", { class: "list-spacer" });
  const scroller = el("div", { class: "list", role: "listbox", "aria-label": "Samples", tabindex: "0" }, spacer);
  const heads = el("div", { class: "list-head", "aria-hidden": "true" });
  const head = newRow(heads, -1);
  const element = el("div", { class: "list-pane" }, heads, scroller);
  element.style.setProperty("--marks", String(Math.min(MOST_MARKS, meta.checkpoints.length)));
  return { element, head, scroller, spacer };
}

function fillHead({ id, strip, preview, score, delta }: Row, { scores }: QueryContext): void {
  setText(id, "id");
  setText(strip, "checkpoints");
  setText(preview, "prompt");
  setText(score, scores.metric.name);
  setText(delta, "change");
}

interface Moves {
  /** By rows. */
  readonly move: (step: number) => void;
  /** To a place from 0. */
  readonly moveTo: (place: number) => void;
}

/** Clicks, and the keys that listboxes have everywhere. */
function bindPointing(scroller: HTMLElement, { move, moveTo }: Moves): void {
  scroller.addEventListener("click", (event) => {
    const place = (event.target as Element).closest<HTMLElement>(".row")?.dataset["place"];
    if (place !== undefined) moveTo(Number(place));
  });
  scroller.addEventListener("keydown", (event) => {
    const page = Math.floor(scroller.clientHeight / ROW);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      PageDown: () => move(page),
      PageUp: () => move(-page),
      Home: () => moveTo(0),
      End: () => moveTo(Infinity),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

function newRow(parent: HTMLElement, number: number): Row {
  const [id, strip, preview, score, delta] = ["row-id", "row-strip", "row-preview", "row-score", "row-delta"].map(
    (name) => el("span", { class: name }),
  ) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement];
  const element = el(
    "div",
    { class: "row", role: number < 0 ? null : "option", id: `row-${number}` },
    id,
    strip,
    preview,
    score,
    delta,
  );
  parent.append(element);
  return { element, id, strip, preview, score, delta };
}

interface RowContent {
  readonly data: ReportData;
  readonly context: QueryContext;
  readonly sample: number;
  /** In the list, from 0. */
  readonly place: number;
  readonly of: number;
  readonly isSelected: boolean;
}

function fillRow(row: Row, { data, context, sample, place, of, isSelected }: RowContent): void {
  const { scores, base, head } = context;
  const { unit } = scores.metric;
  row.element.style.transform = `translateY(${place * ROW}px)`;
  row.element.dataset["place"] = String(place);
  row.element.ariaSelected = String(isSelected);
  row.element.ariaPosInSet = String(place + 1);
  row.element.ariaSetSize = String(of);
  setText(row.id, data.ids[sample] ?? "");
  setText(row.preview, data.previews[sample] ?? "");
  fillStrip(row.strip, { data, context, sample });
  const score = scores.value(head, sample);
  const change = score - scores.value(base, sample);
  setText(row.score, Number.isNaN(score) ? MISSING : formatScore(score, unit));
  setText(row.delta, Number.isNaN(change) ? "" : formatDelta(change, unit));
  const better = improvement(context, sample);
  row.delta.className = `row-delta ${better > 1e-9 ? "better" : better < -1e-9 ? "worse" : "none"}`;
}

/** The scores of the checkpoints as a row of characters, the compared ones marked. */
function fillStrip(
  strip: HTMLElement,
  { data, context, sample }: Pick<RowContent, "data" | "context" | "sample">,
): void {
  const { scores, base, head } = context;
  const places = stripPlaces(data.meta.checkpoints.length, base, head);
  while (strip.childElementCount < places.length) strip.append(el("i", { "aria-hidden": "true" }));
  for (const [at, checkpoint] of places.entries()) {
    const cell = strip.children[at] as HTMLElement;
    const glyph = scoreGlyph(data, scores, { checkpoint, sample });
    if (cell.textContent !== glyph.text) cell.textContent = glyph.text;
    const look = `${glyph.look}${checkpoint === base || checkpoint === head ? " compared" : ""}`;
    if (cell.className !== look) cell.className = look;
  }
}

/** Checkpoints a row has marks for: all, or evenly chosen ones with the two compared in the nearest places. */
function stripPlaces(count: number, base: number, head: number): readonly number[] {
  if (count <= MOST_MARKS) return Array.from({ length: count }, (_, place) => place);
  const places = Array.from({ length: MOST_MARKS }, (_, at) => Math.round((at * (count - 1)) / (MOST_MARKS - 1)));
  for (const wanted of [base, head]) places[Math.round((wanted * (MOST_MARKS - 1)) / (count - 1))] = wanted;
  return places;
}

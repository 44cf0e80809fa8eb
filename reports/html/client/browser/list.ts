import { formatDelta, formatScore, MISSING } from "../../../number-format.ts";
import { el, setText } from "../dom.ts";
import type { ReportData } from "../report-data.ts";
import { improvement, type QueryContext } from "../sample-query.ts";
import { scoreGlyph } from "../score-glyph.ts";

/** Height of a row in pixels; the style sheet says the same. */
const ROW = 26;
/** Rows drawn beyond both edges, so that quick scrolling shows no gaps. */
const BEYOND = 6;

export interface SampleList {
  readonly element: HTMLElement;
  show(context: QueryContext, samples: Uint32Array): void;
  select(sample: number | null): void;
  /** Moves the selection by rows. */
  move(rows: number): void;
  focus(): void;
}

interface Row {
  readonly element: HTMLElement;
  readonly id: HTMLElement;
  readonly strip: HTMLElement;
  readonly preview: HTMLElement;
  readonly score: HTMLElement;
  readonly delta: HTMLElement;
}

/** A list of any length: only the rows in view exist. */
export function sampleList(data: ReportData, onSelect: (sample: number) => void): SampleList {
  const spacer = el("div", { class: "list-spacer" });
  const element = el("div", { class: "list", role: "listbox", "aria-label": "Samples", tabindex: "0" }, spacer);
  const rows: Row[] = [];
  let context: QueryContext | null = null;
  let samples: Uint32Array = new Uint32Array();
  let selected: number | null = null;
  let scheduled = false;

  const draw = (): void => {
    scheduled = false;
    if (context === null) return;
    const first = Math.max(0, Math.floor(element.scrollTop / ROW) - BEYOND);
    const last = Math.min(samples.length, Math.ceil((element.scrollTop + element.clientHeight) / ROW) + BEYOND);
    while (rows.length < last - first) rows.push(newRow(spacer, rows.length));
    for (const [at, row] of rows.entries()) {
      const sample = samples[first + at];
      row.element.hidden = first + at >= last || sample === undefined;
      if (row.element.hidden || sample === undefined) continue;
      row.element.style.transform = `translateY(${(first + at) * ROW}px)`;
      fillRow(row, { data, context, sample, place: first + at + 1, of: samples.length, isSelected: sample === selected });
    }
    const active = rows.find((row) => !row.element.hidden && row.element.ariaSelected === "true");
    if (active === undefined) element.removeAttribute("aria-activedescendant");
    else element.setAttribute("aria-activedescendant", active.element.id);
  };
  const schedule = (): void => {
    if (!scheduled) requestAnimationFrame(draw);
    scheduled = true;
  };
  const reveal = (place: number): void => {
    const top = place * ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + element.clientHeight) element.scrollTop = top + ROW - element.clientHeight;
  };

  element.addEventListener("scroll", schedule, { passive: true });
  new ResizeObserver(schedule).observe(element);
  element.addEventListener("click", (event) => {
    const place = (event.target as Element).closest<HTMLElement>(".row")?.dataset["place"];
    const sample = place === undefined ? undefined : samples[Number(place) - 1];
    if (sample !== undefined) onSelect(sample);
  });

  const moveTo = (place: number): void => {
    const sample = samples[Math.min(Math.max(place, 0), samples.length - 1)];
    if (sample !== undefined) onSelect(sample);
  };
  element.addEventListener("keydown", (event) => {
    const place = selected === null ? -1 : samples.indexOf(selected);
    const page = Math.floor(element.clientHeight / ROW);
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: place + 1,
      ArrowUp: Math.max(0, place - 1),
      PageDown: place + page,
      PageUp: place - page,
      Home: 0,
      End: samples.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    moveTo(target);
  });

  return {
    element,
    show(now, found) {
      context = now;
      samples = found;
      spacer.style.height = `${found.length * ROW}px`;
      const place = selected === null ? -1 : found.indexOf(selected);
      element.scrollTop = place < 0 ? 0 : Math.max(0, place * ROW - element.clientHeight / 2);
      draw();
    },
    select(sample) {
      selected = sample;
      const place = sample === null ? -1 : samples.indexOf(sample);
      if (place >= 0) reveal(place);
      draw();
    },
    move(step) {
      const place = selected === null ? -1 : samples.indexOf(selected);
      moveTo(place < 0 ? 0 : place + step);
    },
    focus: () => element.focus(),
  };
}

function newRow(parent: HTMLElement, number: number): Row {
  const [id, strip, preview, score, delta] = ["row-id", "row-strip", "row-preview", "row-score", "row-delta"].map((name) =>
    el("span", { class: name }),
  ) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement, HTMLElement];
  const element = el("div", { class: "row", role: "option", id: `row-${number}`, "aria-selected": "false" }, id, strip, preview, score, delta);
  parent.append(element);
  return { element, id, strip, preview, score, delta };
}

interface RowContent {
  readonly data: ReportData;
  readonly context: QueryContext;
  readonly sample: number;
  /** From 1. */
  readonly place: number;
  readonly of: number;
  readonly isSelected: boolean;
}

function fillRow(row: Row, { data, context, sample, place, of, isSelected }: RowContent): void {
  const { scores, base, head } = context;
  const { unit } = scores.metric;
  row.element.dataset["place"] = String(place);
  row.element.ariaSelected = String(isSelected);
  row.element.ariaPosInSet = String(place);
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
function fillStrip(strip: HTMLElement, { data, context, sample }: Pick<RowContent, "data" | "context" | "sample">): void {
  const { scores, base, head } = context;
  const { checkpoints } = data.meta;
  while (strip.childElementCount < checkpoints.length) strip.append(el("i", { "aria-hidden": "true" }));
  for (let checkpoint = 0; checkpoint < checkpoints.length; checkpoint++) {
    const cell = strip.children[checkpoint] as HTMLElement;
    const glyph = scoreGlyph(data, scores, { checkpoint, sample });
    if (cell.textContent !== glyph.text) cell.textContent = glyph.text;
    const look = `${glyph.look}${checkpoint === base || checkpoint === head ? " compared" : ""}`;
    if (cell.className !== look) cell.className = look;
  }
}

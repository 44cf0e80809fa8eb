import { span, type Line } from "../../../reports/console/span.ts";
import { checkpointLabels } from "../../../reports/checkpoint-label.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { formatCount } from "../../../reports/number-format.ts";
import type { Browser, Scene } from "../model/scene.ts";
import type { SamplesState, UiState } from "../model/ui-state.ts";
import { frame, insideFrame } from "../view/frame.ts";
import { beside, fitLine, type Size, type TuiLine } from "../view/line.ts";
import { detailLines } from "./sample-detail.ts";
import { sampleRows } from "./sample-rows.ts";

const WIDEST_LIST = 84;

/** The list of samples left, the chosen one right, what is listed above. */
export function drawSamples(state: UiState, { browser, snapshot }: Scene, size: Size): TuiLine[] {
  if (browser === null) {
    const text = snapshot.busy ?? "no samples to browse";
    return frame([[span(text, "dim")]], { ...size, title: [span("Samples", "bold")], focused: true });
  }
  const filterRow = filterLine(state, browser);
  const height = size.height - 1;
  const { samples } = state;
  const listWidth = listColumns(samples, size);
  const detail = detailFrame(browser, samples, { width: size.width - listWidth, height });
  if (samples.zoom) return [fitLine(filterRow, size.width), ...detail];
  const listSize = { width: listWidth, height };
  const cursor = Math.min(samples.cursor, Math.max(0, browser.found.length - 1));
  const list = frame(sampleRows(browser, cursor, insideFrame(listSize)), {
    ...listSize,
    title: [span(escapeText(browser.row.key), "bold")],
    note: [span(countNote(browser, cursor, samples), "dim")],
    focused: true,
  });
  return [fitLine(filterRow, size.width), ...beside(list, detail)];
}

function listColumns({ zoom }: SamplesState, { width }: Size): number {
  return zoom ? 0 : Math.min(WIDEST_LIST, Math.floor(width * 0.46));
}

/** "12/931 by change" */
function countNote({ found, samples }: Browser, cursor: number, { sort }: SamplesState): string {
  if (samples === null) return "";
  const place = found.length === 0 ? "0" : `${formatCount(cursor + 1)}/${formatCount(found.length)}`;
  return sort === "order" ? place : `${place} by ${sort}`;
}

/** The filter as typed, or a hint; then what of it could not be understood. */
function filterLine({ samples: { filter }, typing }: UiState, { comparison, base, head, problems }: Browser): Line {
  const label = checkpointLabels(comparison.checkpoints);
  const name = (place: number): string => label(comparison.checkpoints[place]?.id ?? "");
  const isTyping = typing !== null;
  return [
    span(" / ", isTyping || filter !== "" ? "accent" : "dim"),
    span(escapeText(filter), "bold"),
    span(isTyping ? "▏" : "", "accent"),
    ...(filter === "" && !isTyping ? [span("no filter", "dim")] : []),
    span(problems.length === 0 ? "" : `  ${problems.map((text) => escapeText(text)).join("; ")}`, "warn"),
    span(`   ${name(base)} → ${name(head)}`, "dim"),
  ];
}

function detailFrame(browser: Browser, state: SamplesState, size: Size): TuiLine[] {
  const inside = insideFrame(size);
  const lines = detailLines(browser, state, inside.width);
  const top = Math.max(0, Math.min(state.scroll, lines.length - inside.height));
  const more = lines.length - top - inside.height;
  const { row, samples, chosen } = browser;
  const title = chosen === null || samples === null ? row.task : `${row.task}/${samples.id(chosen)}`;
  const hint = more > 0 ? `J ↓ ${more} more` : `diff: ${state.diff}`;
  return frame(lines.slice(top), {
    ...size,
    title: [span(escapeText(title), "bold")],
    note: [span(hint, "dim")],
    focused: state.zoom,
  });
}

/** How far the detail can scroll down. */
export function lastScroll(browser: Browser, state: SamplesState, size: Size): number {
  const inside = insideFrame({ width: size.width - listColumns(state, size), height: size.height - 1 });
  return Math.max(0, detailLines(browser, state, inside.width).length - inside.height);
}

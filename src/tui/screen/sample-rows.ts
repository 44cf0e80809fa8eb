import { padLine, span, type Line, type Span } from "../../../reports/console/span.ts";
import { cutMiddle } from "../../../reports/console/text-width.ts";
import { escapeText } from "../../../reports/escape-text.ts";
import { rangeOf } from "../model/sample-list.ts";
import type { Browser } from "../model/scene.ts";
import { AnswerStatus } from "../model/task-samples.ts";
import { level } from "../view/bar.ts";
import { joinSpans } from "../view/braille.ts";
import { inverted, type Size, type TuiLine } from "../view/line.ts";
import { windowAround, type Window } from "../view/window.ts";

const ID_WIDTH = 14;

/** The listed samples around the cursor: id, a sign a checkpoint, and how the prompt begins. */
export function sampleRows(browser: Browser, cursor: number, { width, height }: Size): TuiLine[] {
  const { found, samples } = browser;
  if (samples === null) return [[span("reading the samples …", "dim")]];
  if (found.length === 0) return [[span("no sample passes the filter", "dim")], [span("Esc clears it", "dim")]];
  const shown = windowAround(cursor, { count: found.length, room: height - 1 });
  const listed = Array.from(found.subarray(shown.start, shown.end));
  const idWidth = Math.min(ID_WIDTH, Math.max(2, ...listed.map((sample) => samples.id(sample).length)));
  const columns = glyphWindow(browser, width - idWidth - 12);
  return [
    heading(browser, { idWidth, columns }),
    ...listed.map((sample, offset) => {
      const isCurrent = shown.start + offset === cursor;
      const id = padLine([span(cutMiddle(escapeText(samples.id(sample)), idWidth))], idWidth);
      return [
        span(isCurrent ? "▸ " : "  ", "accent"),
        ...(isCurrent ? inverted(id) : id),
        span(" "),
        ...joinSpans(glyphs(browser, sample, columns)),
        span(` ${escapeText(samples.preview(sample))}`, isCurrent ? "plain" : "dim"),
      ];
    }),
  ];
}

/** The checkpoints whose signs show, around the one compared. */
function glyphWindow({ comparison, head }: Browser, room: number): Window {
  return windowAround(head, { count: comparison.checkpoints.length, room: Math.max(3, room) });
}

function heading(
  { comparison, base, head }: Browser,
  { idWidth, columns }: { readonly idWidth: number; readonly columns: Window },
): TuiLine {
  const signs = comparison.checkpoints
    .slice(columns.start, columns.end)
    .map((_, offset) => columns.start + offset)
    .map((index) => (index === head ? span("▾", "accent") : span(index === base ? "b" : " ", "dim")));
  return [span(`  ${"id".padEnd(idWidth)} `, "dim"), ...signs, span(" prompt", "dim")];
}

function glyphs(browser: Browser, sample: number, { start, end }: Window): Line {
  return Array.from({ length: end - start }, (_, offset) => scoreGlyph(browser, start + offset, sample));
}

/** One character for a sample's score: ✓ or ✗ where there is nothing between, otherwise a bar. */
export function scoreGlyph({ samples, row }: Browser, checkpoint: number, sample: number): Span {
  if (samples === null) return span(" ");
  const status = samples.status(checkpoint, sample);
  if (status === 0) return span("·", "dim");
  if ((status & AnswerStatus.failed) !== 0) return span("!", "bad");
  const value = samples.score(row.key, checkpoint, sample);
  if (Number.isNaN(value)) return span("–", "dim");
  const [low, high] = rangeOf(samples, row);
  const isUpper = value - low > (high - low) / 2;
  if (!samples.seen(row.key).isBinary) return span(level(value - low, high - low));
  return isUpper === row.higherIsBetter ? span("✓", "good") : span("✗", "bad");
}

import { lineWidth, padLine, span, type Look, type Span } from "../../../reports/console/span.ts";
import { textWidth } from "../../../reports/console/text-width.ts";
import { escapeText } from "../../../reports/escape-text.ts";

/** A span that may stand on the cursor. */
export interface TuiSpan extends Span {
  readonly inverse?: boolean;
}

export type TuiLine = readonly TuiSpan[];

const ELLIPSIS = "…";

/** The line in exactly `width` columns: cut with an ellipsis, or filled with spaces. */
export function fitLine(line: TuiLine, width: number): TuiLine {
  if (width <= 0) return [];
  return lineWidth(line) <= width ? padLine(line, width) : cutLine(line, width);
}

function cutLine(line: TuiLine, width: number): TuiLine {
  const kept: TuiSpan[] = [];
  let room = width - 1;
  for (const item of line) {
    const whole = textWidth(item.text);
    if (whole <= room) {
      kept.push(item);
      room -= whole;
      continue;
    }
    const [text] = takeColumns(item.text, room);
    return padLine([...kept, { ...item, text: text + ELLIPSIS }], width);
  }
  return kept;
}

/** As many leading characters as fit, with the columns that they take. */
export function takeColumns(text: string, columns: number): [string, number] {
  let taken = "";
  let used = 0;
  for (const character of text) {
    const size = textWidth(character);
    if (used + size > columns) break;
    taken += character;
    used += size;
  }
  return [taken, used];
}

/** What the cursor stands on; signs keep to the one colour. */
export function inverted(line: TuiLine): TuiLine {
  return line.map((item) => ({ ...item, look: item.look === "accent" ? "bold" : item.look, inverse: true }));
}

/** Exactly `height` lines of exactly `width` columns. */
export function fitBlock(lines: readonly TuiLine[], { width, height }: Size): TuiLine[] {
  return Array.from({ length: Math.max(0, height) }, (_, row) => fitLine(lines[row] ?? [], width));
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Blocks of equal height next to each other. */
export function beside(...blocks: readonly (readonly TuiLine[])[]): TuiLine[] {
  const [first = []] = blocks;
  return first.map((_, row) => blocks.flatMap((block) => block[row] ?? []));
}

/** What hangs left and right in one line; the left gives way. */
export function spread(left: TuiLine, right: TuiLine, width: number): TuiLine {
  const room = Math.max(0, width - lineWidth(right));
  return [...fitLine(left, room), ...right];
}

/** Text from data in one line of a look. */
export function dataSpan(text: string, look: Look = "plain"): Span {
  return span(escapeText(text), look);
}

/**
 * Text from data over several lines of at most `width` columns, its spaces kept, whatever acts on a terminal shown as
 * signs.
 */
export function textBlock(text: string, width: number, look: Look = "plain"): TuiLine[] {
  return wrapSpans([{ text, look }], width);
}

/** The same for pieces of several looks that follow each other, as in a diff. */
export function wrapSpans(pieces: readonly Span[], width: number): TuiLine[] {
  const flow = lineFlow(width);
  for (const { text, look } of pieces) {
    const safe = escapeText(text.replaceAll(/\r\n?/gu, "\n"), { multiline: true }).replaceAll("\t", "  ");
    for (const [index, row] of safe.split("\n").entries()) {
      if (index > 0) flow.feed();
      for (const word of row.match(/\s+|\S+/gu) ?? []) flow.add(word, look);
    }
  }
  return flow.lines;
}

interface LineFlow {
  readonly lines: TuiLine[];
  /** A word, or the spaces between two. */
  add(word: string, look: Look): void;
  /** Begins a line because the text does. */
  feed(): void;
}

function lineFlow(width: number): LineFlow {
  let line: Span[] = [];
  const lines: TuiLine[] = [line];
  let used = 0;
  /** The line before was full: spaces at the beginning of this one would only indent it. */
  let isContinued = false;
  const begin = (continues: boolean): void => {
    line = [];
    lines.push(line);
    used = 0;
    isContinued = continues;
  };
  return {
    lines,
    feed: () => begin(false),
    add(word, look) {
      const size = textWidth(word);
      if (used > 0 && used + size > width && size <= width) begin(true);
      if (used === 0 && isContinued && word.trim() === "") return;
      for (let rest = word; rest !== "";) {
        const [taken, columns] = takeColumns(rest, width - used);
        if (taken === "" && used === 0) return;
        if (taken === "") {
          begin(true);
          continue;
        }
        line.push(span(taken, look));
        used += columns;
        rest = rest.slice(taken.length);
      }
    },
  };
}
